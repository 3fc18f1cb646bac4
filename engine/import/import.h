// Projects of Ansible's read, and written as projects of plumb's.
//
// What cannot be said here stands as a comment in its place, and the project that comes out is valid all the same: what
// does not pass the check that is given becomes a comment too (docs/guide/from-ansible.md).
#pragma once

#include <functional>
#include <map>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/base/files.h"
#include "engine/base/result.h"
#include "engine/import/report.h"

namespace plumb::imports {

struct ImportOptions {
  // A file or folder below `folder`: a role, a playbook, or a folder with roles, playbooks or an inventory.
  Folder folder;
  std::string path;
  // What is wrong with a project whose files lie in this folder.
  std::function<Diagnostics(const Folder&)> check;
};

struct Imported {
  std::map<std::string, std::string> files;  // path in the new project -> bytes
  Report report;
  Diagnostics left;  // what the check still finds; empty where all is well
};

// Errors: kFileUnreadable; kUsage where the path holds nothing of Ansible's.
Result<Imported> import_ansible(const ImportOptions& options);

}  // namespace plumb::imports
