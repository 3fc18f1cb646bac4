#include "engine/simulate/scope.h"

#include "engine/base/glob.h"

namespace plumb::simulate {

std::vector<bool> taken(const ir::HostGraph& graph, const plan::Scope& scope) {
  std::vector<bool> result(graph.nodes.size(), !scope.narrows_resources());
  if (!scope.narrows_resources()) return result;
  bool begun = scope.start_at.empty();
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::string address = graph.nodes[i].desired.address.str();
    begun = begun || address_matches(scope.start_at, address);
    result[i] = begun && scope.takes(address, graph.nodes[i].tags);
  }
  return result;
}

}  // namespace plumb::simulate
