#include "engine/plan/derivation.h"

#include <algorithm>

namespace plumb::plan {
namespace {

Observed found_for(const Action& action) {
  Observed observed;
  observed.exists = action.seen.exists;
  observed.attributes = action.seen.attributes;
  if (action.seen.obstacle) observed.obstacle = Diagnostic(Code::kRefusedByState, "something is in the way");
  return observed;
}

// What is known only when its turn comes may be bounded by that, and say so.
std::string problem_of_words(const Action& action, const Change& change) {
  const bool waits = !action.unknown_until.empty();
  const bool bounded = waits && change.fidelity == Fidelity::kExact && action.fidelity == Fidelity::kBounded;
  if (action.fidelity != change.fidelity && !bounded) return "its result is not known as well as it says";
  // What is in the way until then stands behind what the kind says.
  const bool says_more = action.seen.obstacle && action.note.starts_with(change.note + "; now ");
  if (action.note != change.note && !(waits && (change.note.empty() || says_more)))
    return "its note is not what its kind says of it";
  return {};
}

// A provider from outside may be another version by now. What it is told is derived all the same; that it is another
// one is for whoever applies to refuse.
void leave_package_open(const Action& action, Change& change) {
  for (std::size_t i = 0; i < std::min(action.operations.size(), change.operations.size()); ++i) {
    const auto* planned = std::get_if<CallProvider>(&action.operations[i]);
    auto* derived = std::get_if<CallProvider>(&change.operations[i]);
    if (planned == nullptr || derived == nullptr || planned->package == derived->package) continue;
    derived->package = planned->package;
    change.note = action.note;
  }
}

std::string problem_of_change(const Action& action, Change change) {
  leave_package_open(action, change);
  if (action.op != change.op) return "its kind would have it a " + std::string(name(change.op));
  if (action.before != change.before) return "what it changes is not what was observed";
  if (action.after != change.after) return "what it leaves is not what is asked for";
  if (action.operations != change.operations) return "its operations are not those that its kind makes of it";
  return problem_of_words(action, change);
}

// Nothing is known of it but what is asked for; its host decides when its turn comes.
std::string problem_of_conditional(const Action& action, const Kind& kind) {
  if (action.unknown_until.empty()) return "its kind would do nothing";
  const Op op = kind.provider->is_unwanted(action.desired) ? Op::kDelete : kind.runs ? Op::kRun : Op::kUpdate;
  if (action.op != op) return "its kind would have it a " + std::string(name(op));
  if (!action.before.empty()) return "what it changes is not what was observed";
  if (action.after != (op == Op::kUpdate ? kind.provider->asked_for(action.desired) : Json::object()))
    return "what it leaves is not what is asked for";
  if (action.fidelity != (op == Op::kRun ? Fidelity::kOpaque : Fidelity::kBounded))
    return "its result is not known as well as it says";
  return {};
}

// What was asked of the kind may have become another thing: what cannot reload is restarted.
std::string problem_of_triggered(const Action& action, const Kind& kind, const Observed& found) {
  std::string problem = "its kind has nothing that is set off";
  for (const Op op : {Op::kRun, Op::kReload, Op::kRestart}) {
    const bool asked = std::any_of(kind.triggers.begin(), kind.triggers.end(),
                                   [op](const Trigger& trigger) { return trigger.op == op; });
    if (!asked) continue;
    const Change change = kind.provider->triggered(action.desired, found, op);
    if (change.empty()) {
      // Nothing to restart yet.
      const bool waits = !action.unknown_until.empty() && action.fidelity == Fidelity::kBounded;
      if (waits && action.op == op && action.operations.empty() && action.before.empty() && action.after.empty())
        return {};
      problem = "its kind would do nothing";
    } else {
      problem = problem_of_change(action, change);
      if (problem.empty()) return {};
    }
  }
  return problem;
}

}  // namespace

bool is_decided_later(const Desired& desired, const Observed& observed, std::span<const Desired* const> awaited,
                      const Registry& kinds) {
  const Provider& provider = *kinds.provider(desired.address.kind);
  return std::any_of(awaited.begin(), awaited.end(), [&](const Desired* other) {
    const Provider& theirs = *kinds.provider(other->address.kind);
    std::vector<std::string> paths = theirs.manages_paths(*other);
    for (std::string& path : theirs.edits_paths(*other)) paths.push_back(std::move(path));
    return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
      return provider.follows_from(desired, observed, path, nullptr);
    });
  });
}

std::string problem_of_derivation(const Action& action, std::span<const Desired* const> awaited,
                                  const Registry& kinds) {
  if (action.op == Op::kVerify) return {};
  const Kind& kind = *kinds.find(action.desired.address.kind);
  const Observed found = found_for(action);
  if (action.triggered) return problem_of_triggered(action, kind, found);
  const Change change = kind.provider->diff(action.desired, found);
  // What is there for the case that another fails is decided once that has failed.
  const bool is_rescue = !action.rescues.empty();
  // What is there only where a condition holds then is decided once that is known.
  if (!change.empty() && !is_rescue && action.when.empty() && !is_decided_later(action.desired, found, awaited, kinds))
    return problem_of_change(action, change);
  return action.operations.empty() ? problem_of_conditional(action, kind) : "it is decided only when its turn comes";
}

}  // namespace plumb::plan
