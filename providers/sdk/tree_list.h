// What lies below a folder, by name: what goes with it is listed in a plan, and what is not listed is not to go.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "providers/sdk/system.h"

namespace plumb {

struct TreeList {
  std::size_t files = 0;
  std::size_t directories = 0;
  std::vector<std::string> paths;  // a folder's with a slash at its end, in front of what is in it
};

// Never through a link, never across a mount. kRefusedByState where there are more than `most` entries.
Result<TreeList> list_tree(const std::string& folder, std::size_t most, System& system);

// A list for an attribute: all of them, or where they are many the first ones and a digest of all.
Json listed(const std::vector<std::string>& paths);

}  // namespace plumb
