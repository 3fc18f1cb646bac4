// Modules brought by git. All that reaches the network for a project's configuration is here.
#pragma once

#include <string>

#include "engine/base/files.h"
#include "engine/base/result.h"

namespace plumb::config {

// The commit that a branch or tag of a repository points to now. Errors: kModuleFetch.
Result<std::string> remote_commit(const Files& files, const std::string& url, const std::string& ref);

// Puts the files of one commit into `folder`/tree, byte for byte as the repository has them, whatever attributes and
// settings of git say. `folder` is an empty one on the disk and may be left with
// more in it. Errors: kModuleFetch.
Result<> fetch_commit(const Folder& folder, const std::string& url, const std::string& commit);

}  // namespace plumb::config
