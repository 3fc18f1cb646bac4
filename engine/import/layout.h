// Where roles and playbooks lie in a project of Ansible's.
#pragma once

#include <string>
#include <vector>

#include "engine/base/files.h"

namespace plumb::imports {

// Paths here are relative to the folder that is imported; "" and "." are that folder itself.
std::string joined_path(const std::string& a, const std::string& b);
Folder folder_at(const Folder& folder, const std::string& path);
// `name` beside the file that names it.
std::string path_beside(const std::string& file, const std::string& name);

// A role of its own: it has tasks.
bool is_role(const Folder& folder, const std::string& path);

// A role of which others take parts: it has no tasks of its own, or nothing but variables.
bool holds_parts(const Folder& folder, const std::string& path);

struct FoundRole {
  std::string name;
  std::string path;
};
// In `path`/roles, or else in `path` itself; below roles/ also those of which others take parts.
std::vector<FoundRole> roles_below(const Folder& folder, const std::string& path);

// Those in `base` and its folder playbooks, relative to `base`: of each, site.yml alone where there is one.
std::vector<std::string> playbooks_below(const Folder& folder, const std::string& base);

// Folders below one that holds nothing of Ansible's itself in which roles or playbooks lie: the first ones.
std::vector<std::string> projects_below(const Folder& folder, const std::string& base);

}  // namespace plumb::imports
