#include "providers/package/simulation.h"

namespace plumb::providers::package {

std::vector<std::string> Simulation::closure(const std::string& name) const {
  std::vector<std::string> open = {name};
  std::set<std::string> seen = {name};
  while (!open.empty()) {
    const auto found = children.find(open.back());
    open.pop_back();
    if (found == children.end()) continue;
    for (const std::string& child : found->second) {
      if (seen.insert(child).second) open.push_back(child);
    }
  }
  std::vector<std::string> result = {name};
  for (const std::string& one : seen) {
    if (one != name && installs.contains(one)) result.push_back(one);
  }
  return result;
}

}  // namespace plumb::providers::package
