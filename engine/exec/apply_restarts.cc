// Restarts of the host in the middle of an apply: what stands against one, and how the run goes on after it.
#include <algorithm>

#include "engine/exec/apply_run.h"
#include "engine/exec/observe.h"

namespace plumb::exec {

bool ApplyRun::is_restart(std::size_t index) const {
  const Kind* known = tools_.registry.find(action(index).desired.address.kind);
  return known != nullptr && known->operations.contains(Operation(Reboot()));
}

// "" where nothing stands against it, or it is none.
std::string ApplyRun::why_no_restart(std::size_t index, const std::vector<Operation>& operations) const {
  const bool restarts = std::any_of(operations.begin(), operations.end(), [](const Operation& operation) {
    return std::holds_alternative<Reboot>(operation);
  });
  if (!restarts) return {};
  if (tools_.restart == nullptr) return "nobody is there who restarts the host";
  if (is_rescue(index) || progress_.rescuing) return "no host is restarted to rescue what failed";
  if (runner_.waits_to_be_confirmed()) return "changes before it wait to be confirmed, and a restart would undo them";
  return {};
}

// What this run came to before the host was restarted.
void ApplyRun::recall_settled() {
  const auto each = [this](const std::vector<std::size_t>& indexes, const auto& recall) {
    for (const std::size_t index : indexes) recall(index);
  };
  each(request_.settled, [this](std::size_t i) { settled_[i] = true; });
  each(request_.changed, [this](std::size_t i) { progress_.touched[i] = true; });
  each(request_.failed, [this](std::size_t i) {
    progress_.fail_before(i, Diagnostic(Code::kSkippedByFailure, address(i) + " failed before the host was restarted"),
                          false);
  });
  each(request_.skipped, [this](std::size_t i) {
    progress_.skip(i, Diagnostic(Code::kSkippedByFailure, address(i) + " was skipped before the host was restarted"));
  });
  check_restarts();
  each(request_.settled, [this](std::size_t i) {
    if (progress_.states[i] != State::kPending) return;
    satisfied(i);
    progress_.event(wire::EventKind::kSatisfied, i);
  });
  for (const std::size_t i : tools_.ran) {
    if (i >= settled_.size() || progress_.states[i] != State::kPending) continue;
    settled_[i] = true;
    satisfied(i);
    progress_.event(wire::EventKind::kSatisfied, i, "it ran when this plan was begun");
  }
}

// What the host was restarted for has to be over, or it would be restarted at every run.
void ApplyRun::check_restarts() {
  for (const std::size_t i : request_.changed) {
    if (!is_restart(i) || action(i).triggered) continue;
    const Desired* desired = &action(i).desired;
    const std::vector<Result<Observed>> found = observe_resources(tools_.registry, tools_.system, {&desired, 1},
                                                                  request_.key, request_.secrets, tools_.elsewhere);
    if (!found[0]) {
      progress_.fail_before(i, found[0].error().diagnostic(), false);
      continue;
    }
    const Change left = kind(i).provider->diff(action(i).desired, *found[0]);
    if (left.empty()) continue;
    progress_.fail_before(
        i,
        Diagnostic(Code::kDiverged, address(i) + " asks for one more restart of the host: " + left.note)
            .with_hint("what asks for a restart has to end with it"),
        true);
  }
}

}  // namespace plumb::exec
