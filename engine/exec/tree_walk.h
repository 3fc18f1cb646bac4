// All that lies below a folder, never through a link. One folder is open at a time, so a tree may be of any depth; what
// is moved while it is walked through ends the walk.
#pragma once

#include <functional>
#include <string>

#include "engine/exec/root_files.h"

namespace plumb::exec {

struct TreeEntry {
  int folder;               // that it lies in, open
  const std::string& name;  // there
  const std::string& path;  // as text
  const struct stat& info;
  bool mounted;  // it lies in another mount than the folder
};

struct TreeVisit {
  // In order of name, a folder before what is in it; false stays out of the folder.
  std::function<Result<bool>(const TreeEntry&)> enter;
  // A folder after what is in it.
  std::function<Result<>(const TreeEntry&)> leave = {};
};

// `folder` is open for reading.
Result<> walk_tree(UniqueFd folder, const std::string& path, const TreeVisit& visit);

}  // namespace plumb::exec
