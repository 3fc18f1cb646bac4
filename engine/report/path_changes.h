// What a change of values with names comes to: which paths have another value, come and go.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/report/value_tree.h"

namespace plumb::report {

struct PathChange {
  char sign = '~';                    // '~', '+', '-'
  std::string path;                   // server.port, hosts[2], rules[name=ssh].port; "" for an item of a list alone
  const ValueTree* before = nullptr;  // a value of the trees that were compared; null where there was none
  const ValueTree* after = nullptr;
  // What came or went with it: names, and of a map or list all that is in it. Of '~' the values alone.
  std::vector<TextPlace> before_places = {};
  std::vector<TextPlace> after_places = {};
};

struct PathChanges {
  std::vector<PathChange> all;
  bool reordered = false;  // names that are in both stand in another order, which the paths do not show
};

// In the order of `before`, what comes behind what was there. Items of lists are partners by a member that names them,
// or by their order. Nothing where more than `most` paths change, which nobody reads. Both trees outlive the result.
std::optional<PathChanges> path_changes(const ValueTree& before, const ValueTree& after, std::size_t most);

// A value that comes or goes whole, in a line for each value in it, or in one line where it is short.
struct PathValue {
  std::string path;
  std::string shown;
  const ValueTree* value = nullptr;  // where it is one value
};
std::vector<PathValue> path_values(const std::string& path, const ValueTree& tree);

}  // namespace plumb::report
