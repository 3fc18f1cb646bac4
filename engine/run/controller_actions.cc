#include "engine/run/controller_actions.h"

#include <algorithm>
#include <utility>

#include "providers/sdk/via.h"

namespace plumb::run {
namespace {

// Before the first change, in its turn, and after each try.
constexpr int kLooks = 4;

}  // namespace

ControllerActions::ControllerActions(const wire::Apply& apply, const Registry* kinds, OpenValues values)
    : values_(std::move(values)) {
  for (const wire::Action& action : apply.actions) {
    const Kind* kind = kinds == nullptr ? nullptr : kinds->find(action.desired.address.kind);
    if (kind == nullptr || !is_by_controller(*kind, action.desired) || action.op == Op::kVerify) continue;
    const int tries = std::max(action.manner.tries, 1);
    actions_[action.desired.address.str()].push_back({action.desired, action.op, action.operations, action.explained,
                                                      action.triggered, action.manner.timeout_seconds, tries,
                                                      kLooks + 2 * tries});
  }
}

const ControllerActions::Action* ControllerActions::take(const wire::Turn& turn) {
  const auto found = actions_.find(turn.address.str());
  if (found == actions_.end()) return nullptr;
  for (Action& action : found->second) {
    if (turn.verb.empty() && action.looks_left-- > 0) return &action;
    if (turn.verb.empty()) continue;
    // What is decided in its turn may come to another change than the plan says.
    const bool meant = plumb::name(action.op) == turn.verb || (action.decided_later && !action.triggered);
    if (meant && action.turns_left > 0) {
      --action.turns_left;
      return &action;
    }
  }
  return nullptr;
}

Result<std::vector<Operation>> ControllerActions::operations_of(const Action& action, const Kind& kind,
                                                                const std::function<Result<Observed>()>& observe) {
  if (!action.decided_later && !action.operations.empty()) return action.operations;
  PLUMB_TRY_ASSIGN(const Observed observed, observe());
  return action.triggered ? kind.provider->triggered(action.desired, observed, action.op).operations
                          : kind.provider->diff(action.desired, observed).operations;
}

Result<CallProvider> ControllerActions::call_of(const Action& action, const Kind& kind,
                                                const std::function<Result<Observed>()>& observe) {
  PLUMB_TRY_ASSIGN(const std::vector<Operation> operations, operations_of(action, kind, observe));
  const auto* call = operations.empty() ? nullptr : std::get_if<CallProvider>(&operations.front());
  if (call == nullptr || call->package != kind.package->digest)
    return fail(Code::kProviderFailed, action.desired.address.str() + " has nothing to be done on the controller");
  return *call;
}

}  // namespace plumb::run
