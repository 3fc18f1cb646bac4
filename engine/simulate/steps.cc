#include "engine/simulate/steps.h"

#include "engine/simulate/simulate.h"

namespace plumb::simulate {

std::optional<plan::ActionList> plan_steps(const ir::HostGraph& graph, const Registry& kinds, const std::string& turn,
                                           Diagnostics& diagnostics) {
  Observation observation;
  for (const ir::Node& node : graph.nodes) {
    // As where something else was asked for last.
    Desired other = node.desired;
    other.attributes = Json::object();
    observation.states.emplace_back(kinds.provider(node.desired.address.kind)->as_declared_before(other, node.desired));
  }
  const std::optional<Simulation> simulated = simulate_host({graph, kinds, observation, turn}, diagnostics);
  if (!simulated) return std::nullopt;
  plan::Actions actions = *simulated->actions;
  // There is no record that could say why, and nothing to take back.
  for (plan::Action& action : actions) {
    action.because.clear();
    action.undo = false;
  }
  return plan::ActionList(std::move(actions));
}

}  // namespace plumb::simulate
