// The files that an `include` names.
#pragma once

#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/base/result.h"

namespace plumb::config {

// Files below `folder` that a name or glob selects: `*`, `?` and sets stay within one folder, `**` crosses folders.
// Relative paths with forward slashes, sorted; hidden ones only where the pattern names their dot. An error where the
// pattern leaves the folder or selects no file.
Result<std::vector<std::string>> find_included(const Folder& folder, const std::string& pattern);

}  // namespace plumb::config
