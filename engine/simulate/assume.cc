#include "engine/simulate/assume.h"

namespace plumb::simulate {

Observed as_declared(const Desired& desired) {
  Observed observed;
  observed.exists = desired.text("state") != "absent";
  if (observed.exists) observed.attributes = desired.attributes;
  // A command that has nothing to do any more says so by its guard; one without a guard always has.
  const bool guarded =
      desired.has("creates") || desired.has("removes") || desired.has("unless") || desired.has("only_if");
  if (desired.address.kind == "command" && guarded) observed.attributes["guard"] = "skip";
  // A unit that something reloads is taken to be able to.
  if (desired.address.kind == "service") observed.attributes["can_reload"] = true;
  return observed;
}

Observation as_declared(const ir::HostGraph& before, const ir::HostGraph& after) {
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
      continue;
    }
    Observed observed = as_declared(*found->second);
    // What is as it was is nothing that the change means.
    const bool same = found->second->attributes == node.desired.attributes;
    if (node.desired.address.kind == "command") observed.attributes["guard"] = same ? "skip" : "run";
    observation.states.emplace_back(std::move(observed));
  }
  return observation;
}

}  // namespace plumb::simulate
