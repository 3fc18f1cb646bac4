#include "engine/simulate/scope.h"

#include <algorithm>

namespace plumb::simulate {

std::vector<bool> taken(const ir::HostGraph& graph, const plan::Scope& scope) {
  std::vector<bool> result(graph.nodes.size(), !scope.narrows_resources());
  if (!scope.narrows_resources()) return result;
  bool begun = scope.start_at.empty();
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ir::Node& node = graph.nodes[i];
    const std::vector<std::string> addresses = node.addresses();
    begun = begun || node.is_meant_by(scope.start_at);
    result[i] = begun && std::any_of(addresses.begin(), addresses.end(),
                                     [&](const std::string& address) { return scope.takes(address, node.tags); });
  }
  return result;
}

}  // namespace plumb::simulate
