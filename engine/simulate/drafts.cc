#include "engine/simulate/drafts.h"

#include <algorithm>

#include "engine/plan/restored.h"
#include "engine/simulate/reasons.h"

namespace plumb::simulate {
namespace {

using plan::Action;

// Old workers of a server answer for a while beside the new ones, so one answer says little.
constexpr int kStableAfterRestart = 3;

// What runs nothing need not say with which variables. What is decided later may.
void leave_env_where_used(Action& action) {
  const std::vector<Operation>& operations = action.operations;
  if (!operations.empty() && std::none_of(operations.begin(), operations.end(), runs_programs))
    action.desired.env.clear();
}

}  // namespace

Action Drafts::begun(std::size_t i, const Desired& desired, Op op) const {
  Action action;
  action.desired = desired;
  action.op = op;
  action.manner = graph_.nodes[i].manner;
  action.source = graph_.nodes[i].span.str();
  for (const ir::AlsoDeclared& one : graph_.nodes[i].also) action.also.push_back({one.address, one.span.str()});
  action.forget = graph_.nodes[i].forget;
  return action;
}

plan::Seen Drafts::seen(std::size_t i) const {
  const Observed& observed = *observation_.states[i];
  return {observed.exists, observed.obstacle.has_value(), observed.attributes};
}

// For a reason that is not said yet.
Action Drafts::filled(std::size_t i, const Desired& desired, const Change& change) const {
  Action action = begun(i, desired, change.op);
  action.seen = seen(i);
  action.fidelity = change.fidelity;
  action.before = change.before;
  action.after = change.after;
  action.operations = change.operations;
  action.note = change.note;
  action.confirm_within = graph_.nodes[i].confirm_within;
  leave_env_where_used(action);
  return action;
}

std::map<std::string, std::string> Drafts::because(std::size_t i, const Desired& desired, const Change& change) const {
  if (const std::string& why = graph_.nodes[i].because; !why.empty()) {
    std::map<std::string, std::string> because = first_reasons(change);
    for (auto& [attribute, reason] : because) reason = why;
    return because;
  }
  const Address& address = graph_.nodes[i].desired.address;
  const auto found = observation_.recorded.find(address.str());
  if (found == observation_.recorded.end()) return first_reasons(change);
  const Kind& kind = *of_[i];
  const Recorded recorded{found->second, !kind.provider->is_unwanted({address, found->second, {}}), kind.judged};
  return reasons(change, desired, *observation_.states[i], recorded);
}

Action Drafts::change(std::size_t i, const Desired& desired, const Change& change) const {
  Action action = filled(i, desired, change);
  action.because = because(i, desired, change);
  // What an earlier action of this plan changes did not change by itself.
  const bool shaped = !observation_.states[i]->shaped_by.empty();
  for (auto& [attribute, reason] : action.because) {
    if (shaped && (reason == "drift" || reason == "both")) reason = "config";
  }
  action.undo = can_be_undone(i, desired, change);
  return action;
}

// What was there before is told in the plan, or can be kept once its turn comes.
bool Drafts::can_be_undone(std::size_t i, const Desired& desired, const Change& change) const {
  const bool hidden = std::any_of(change.before.begin(), change.before.end(), [this](const Json& value) {
    return value.is_string() && observation_.hidden_contents.contains(value.get_ref<const std::string&>());
  });
  return !hidden && plan::restored(*of_[i]->provider, desired, *observation_.states[i]).has_value();
}

Action Drafts::conditional(std::size_t i, const Desired& desired) const {
  const Kind& kind = *of_[i];
  Action action = begun(i, desired,
                        kind.provider->is_unwanted(desired) ? Op::kDelete
                        : kind.runs                         ? Op::kRun
                                                            : Op::kUpdate);
  action.seen = seen(i);
  action.fidelity = action.op == Op::kRun ? Fidelity::kOpaque : Fidelity::kBounded;
  if (action.op == Op::kUpdate) action.after = kind.provider->asked_for(desired);
  // Nothing is there: that can be had again, whatever the action comes to be.
  action.undo =
      action.op == Op::kUpdate && !action.seen.exists && plan::restored(*kind.provider, desired, {}).has_value();
  action.confirm_within = graph_.nodes[i].confirm_within;
  return action;
}

Action Drafts::triggered(std::size_t i, const Desired& desired, const Change& change) const {
  Action action = filled(i, desired, change);
  action.triggered = true;
  return action;
}

Action Drafts::probe(std::size_t i, const Desired& desired, bool restarted) const {
  Action action = begun(i, desired, Op::kVerify);
  action.manner = {.may_fail = action.manner.may_fail};
  for (Probe probe : graph_.nodes[i].probes) {
    if (probe.stable == 0 && restarted && probe.within_seconds > 0) probe.stable = kStableAfterRestart;
    action.operations.emplace_back(std::move(probe));
  }
  leave_env_where_used(action);
  action.triggered = true;
  return action;
}

}  // namespace plumb::simulate
