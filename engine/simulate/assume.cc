#include "engine/simulate/assume.h"

namespace plumb::simulate {

Observation as_declared(const ir::HostGraph& before, const ir::HostGraph& after, const Registry& kinds) {
  // What is declared in several places may have another address first, once there are others.
  std::map<std::string, std::string> names;
  for (const ir::Node& node : after.nodes) {
    for (std::string& address : node.addresses()) names.emplace(std::move(address), node.desired.address.str());
  }
  std::map<std::string, const Desired*> declared;  // by what they are called after
  Observation observation;
  for (const ir::Node& node : before.nodes) {
    std::string name = node.desired.address.str();
    for (const std::string& address : node.addresses()) {
      const auto found = names.find(address);
      if (found == names.end()) continue;
      name = found->second;
      break;
    }
    declared.emplace(name, &node.desired);
    observation.recorded.emplace(std::move(name), node.desired.attributes);
  }
  for (const ir::Node& node : after.nodes) {
    const auto found = declared.find(node.desired.address.str());
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
