#include "engine/simulate/actions_so_far.h"

#include <algorithm>

namespace plumb::simulate {

bool can_be_undone(const std::vector<Operation>& operations) {
  return std::all_of(operations.begin(), operations.end(), host_can_undo);
}

void ActionsSoFar::add(std::size_t node, plan::Action action) {
  of_node_[node].push_back(actions_.size());
  actions_.push_back(std::move(action));
}

bool ActionsSoFar::restarts(std::size_t node) const {
  const std::vector<std::size_t>& own = of_node_[node];
  return std::any_of(own.begin(), own.end(), [this](std::size_t at) {
    return actions_[at].op == Op::kRestart || actions_[at].op == Op::kReload;
  });
}

void ActionsSoFar::owe(const NodeList& by, const plan::Due& due) {
  for (const std::size_t node : by) {
    for (const std::size_t at : of_node_[node]) {
      if (actions_[at].op != Op::kVerify) actions_[at].owes.push_back(due);
    }
  }
}

void ActionsSoFar::confirm(const NodeList& by, int within) {
  for (const std::size_t node : by) {
    for (const std::size_t at : of_node_[node]) {
      plan::Action& action = actions_[at];
      if (action.triggered || action.operations.empty() || !can_be_undone(action.operations)) continue;
      action.confirm_within = std::max(action.confirm_within, within);
    }
  }
}

void ActionsSoFar::decide_in_turn(std::size_t node, const Json& when, const std::vector<std::string>& unknown_until) {
  for (const std::size_t at : of_node_[node]) {
    plan::Action& action = actions_[at];
    action.when = when;
    if (action.op == Op::kVerify) continue;
    if (action.fidelity == Fidelity::kExact) action.fidelity = Fidelity::kBounded;
    if (action.unknown_until.empty()) action.unknown_until = unknown_until;
  }
}

}  // namespace plumb::simulate
