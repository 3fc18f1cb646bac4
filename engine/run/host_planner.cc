#include "engine/run/host_planner.h"

#include <algorithm>
#include <set>

#include "engine/base/packed.h"
#include "engine/simulate/scope.h"
#include "engine/wire/messages.h"

namespace plumb::run {
namespace {

// Attributes of every resource as they are once the plan is applied: what the record keeps to tell drift from intent.
std::map<std::string, Json> as_left(const ir::HostGraph& graph, const simulate::Observation& observation,
                                    const simulate::Simulation& simulated, const plan::Scope& scope) {
  std::set<std::string> held_back;
  for (const plan::HeldBack& held : simulated.host.held_back) held_back.insert(held.address);
  std::set<std::string> acting;  // of those of which only the run says whether they are done
  for (const plan::Action& action : *simulated.actions) {
    if (!action.rescues.empty() || !action.when.empty()) acting.insert(action.desired.address.str());
  }
  const std::vector<bool> taken = simulate::taken(graph, scope);
  std::map<std::string, Json> result;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].forget) continue;
    // What is left out stays in the record as it is.
    if (!taken[i] || held_back.contains(graph.nodes[i].desired.address.str())) continue;
    // What is there for the case that something fails, or that a condition holds, is in it once that was so.
    const bool open = !graph.nodes[i].rescues.empty() || graph.nodes[i].in_turn != nullptr;
    if (open && !acting.contains(graph.nodes[i].desired.address.str())) continue;
    Json left = graph.nodes[i].desired.attributes;
    if (observation.states[i].has_value()) {
      for (auto& [attribute, value] : left.items()) {
        const auto seen = observation.states[i]->attributes.find(attribute);
        if (seen != observation.states[i]->attributes.end()) value = *seen;
      }
    }
    result.emplace(graph.nodes[i].desired.address.str(), std::move(left));
  }
  for (const plan::Action& action : *simulated.actions) {
    // What its host decides on may be as it is asked for already.
    if (action.operations.empty() || action.forget) continue;
    Json& left = result[action.desired.address.str()];
    for (const auto& [attribute, value] : action.after.items()) left[attribute] = value;
  }
  return result;
}

}  // namespace

PlannedHost::PlannedHost(plan::HostPlan host_plan, Attributes left, bool packs) : plan(std::move(host_plan)) {
  if (packs) {
    const std::string bytes = to_cbor(Json(left));
    left_ = Packed{pack(bytes), bytes.size()};
  } else {
    left_ = std::move(left);
  }
}

Result<PlannedHost::Attributes> PlannedHost::left() const {
  if (const auto* attributes = std::get_if<Attributes>(&left_)) return *attributes;
  const auto& packed = std::get<Packed>(left_);
  const std::optional<std::string> bytes = unpack(packed.bytes, static_cast<std::int64_t>(packed.size));
  if (!bytes) return fail(Code::kInternal, "what the host is left with does not come back");
  PLUMB_TRY_ASSIGN(Json all, parse_cbor(*bytes, wire::kAnySize));
  Attributes left;
  for (auto& [address, attributes] : all.items()) left.emplace(address, std::move(attributes));
  return left;
}

Planning HostPlanner::plan(const std::string& host, const std::shared_ptr<const ir::HostGraph>& graph,
                           const simulate::Observation& observation, const std::string& told,
                           const simulate::TextOf& text_of, Diagnostics& diagnostics) {
  const std::pair key(graph, told);
  if (!told.empty()) {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(key); known != known_.end()) return {known->second, std::nullopt};
  }
  Diagnostics found;
  std::optional<simulate::Simulation> simulated =
      simulate::simulate_host({*graph, providers_, observation, host, scope_, text_of}, found);
  const bool silent = found.empty();
  diagnostics.extend(std::move(found));
  if (!simulated) return {};
  if (!actions_.take(simulated->host.actions.size())) simulated->host.actions.pack();

  PlannedHost::Attributes left = as_left(*graph, observation, *simulated, scope_);
  const bool outdated = std::any_of(left.begin(), left.end(), [&](const auto& resource) {
    const auto recorded = observation.recorded.find(resource.first);
    return recorded == observation.recorded.end() || recorded->second != resource.second;
  });
  const bool packs = !resources_.take(left.size());
  auto planned = std::make_shared<PlannedHost>(simulated->host, std::move(left), packs);
  planned->moot_probes = simulate::moot_probes(*graph, observation);
  planned->seals = std::any_of(graph->nodes.begin(), graph->nodes.end(),
                               [](const ir::Node& node) { return !node.desired.sensitive.empty(); });
  planned->record_outdated = outdated || !planned->moot_probes.empty() || planned->plan.changes_record();
  if (!silent || told.empty()) return {std::move(planned), std::move(simulated)};
  const std::lock_guard lock(mutex_);
  return {known_.emplace(key, std::move(planned)).first->second, std::move(simulated)};
}

}  // namespace plumb::run
