#include "engine/simulate/assume.h"

namespace plumb::simulate {

Observation as_declared(const ir::HostGraph& before, const ir::HostGraph& after, const Registry& kinds) {
  std::map<Address, const Desired*> declared;
  Observation observation;
  for (const ir::Node& node : before.nodes) {
    declared.emplace(node.desired.address, &node.desired);
    observation.recorded.emplace(node.desired.address.str(), node.desired.attributes);
  }
  for (const ir::Node& node : after.nodes) {
    const auto found = declared.find(node.desired.address);
    if (found == declared.end()) {
      observation.states.emplace_back(Observed{});
    } else {
      const Provider& provider = *kinds.provider(node.desired.address.kind);
      observation.states.emplace_back(provider.as_declared_before(*found->second, node.desired));
    }
  }
  return observation;
}

}  // namespace plumb::simulate
