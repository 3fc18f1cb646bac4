#include <set>

#include "engine/simulate/simulate.h"

namespace plumb::simulate {

void Observation::owe(const std::string& address, Op op, std::vector<std::string> because) {
  OwedAction& one = owed[address];
  if (op == Op::kVerify) {
    one.unverified = std::move(because);
  } else {
    one.op = op;
    one.because = std::move(because);
  }
}

std::vector<std::string> moot_probes(const ir::HostGraph& graph, const Observation& observation) {
  std::set<std::string> moot;
  for (const auto& [address, owed] : observation.owed) {
    if (!owed.unverified.empty()) moot.insert(address);
  }
  for (const ir::Node& node : graph.nodes) {
    if (!moot.empty() && !node.probes.empty()) moot.erase(node.desired.address.str());
  }
  return {moot.begin(), moot.end()};
}

}  // namespace plumb::simulate
