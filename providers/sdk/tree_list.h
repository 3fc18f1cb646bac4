// What lies below a folder, by name: what goes with it is listed in a plan, and what is not listed is not to go.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/json.h"
#include "providers/sdk/system.h"

namespace plumb {

// Paths as a value of an attribute: all of them, or where they are many the first ones and a digest of all.
class ListedPaths {
 public:
  void add(const std::string& path);
  Json take();

 private:
  std::vector<std::string> first_;
  std::size_t count_ = 0;
  Sha256 all_;
};

struct TreeCount {
  std::size_t files = 0;
  std::size_t directories = 0;
};

// Adds all that is below, in order of name: a folder with a slash at its end, in front of what is in it. Never through
// a link, never across a mount. kRefusedByState where there are more than `most` entries.
Result<TreeCount> list_tree(const std::string& folder, std::size_t most, System& system, ListedPaths& paths);

// Whether one of the globs means this path below a folder: one without a slash means a name wherever it is, one with a
// slash a path from the folder on.
bool is_excluded(std::string_view path, const std::vector<std::string>& globs);

}  // namespace plumb
