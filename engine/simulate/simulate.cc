#include "engine/simulate/simulate.h"

#include <algorithm>
#include <set>

#include "engine/base/checked.h"
#include "engine/plan/verify.h"
#include "engine/simulate/simulator.h"

namespace plumb::simulate {

bool decides_in_turn(const ir::HostGraph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const ir::Node& node) { return node.in_turn != nullptr; });
}

ir::Undecided next_undecided(ir::Undecided before, const std::map<std::string, std::string>& moving,
                             const std::vector<std::string>& decided_now) {
  for (const auto& [name, by] : moving) before.readings.insert(name);
  before.decided.insert(decided_now.begin(), decided_now.end());
  return before;
}

std::vector<UsedReading> stood_on(std::vector<UsedReading> told, const ir::HostGraph& graph,
                                  const plan::HostPlan& host) {
  std::set<std::string> held;
  for (const plan::HeldBack& one : host.held_back) held.insert(one.address);
  std::erase_if(told, [&](const UsedReading& one) {
    if (graph.undecided.contains(one.name)) return true;
    const auto causes = graph.readings.find(one.name);
    // The plan itself changes it: where it broke off behind that, it could not be gone on with.
    if (causes == graph.readings.end() || causes->second.is_judged || !host.moving.contains(one.name)) return false;
    return std::all_of(graph.nodes.begin(), graph.nodes.end(), [&](const ir::Node& node) {
      return !node.readings.contains(one.name) || held.contains(node.desired.address.str());
    });
  });
  return told;
}

std::optional<Simulation> simulate_host(const HostToPlan& host, Diagnostics& diagnostics) {
  Diagnostics found;
  if (host.observation.damaged_record) {
    found.add(Diagnostic(Code::kDamagedRecord, "the record on the host is damaged and will be rebuilt")
                  .as(Severity::kWarning)
                  .on(host.host));
  }
  Simulation result = Simulator(host, found).run();
  // One whose graph is made anew is nobody's plan.
  const bool is_last = result.decided_now.empty();
  if (const std::string broken =
          kChecked && is_last && !found.has_errors() ? plan::verify(result.host, *result.actions, host.kinds) : "";
      !broken.empty()) {
    found.add(Diagnostic(Code::kInternal, "a plan does not hold together: " + broken).on(host.host));
  }
  const bool failed = found.has_errors();
  diagnostics.extend(std::move(found));
  if (failed) return std::nullopt;
  return result;
}

}  // namespace plumb::simulate
