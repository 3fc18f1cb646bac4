#include "engine/conformance/case_judge.h"

#include "engine/conformance/remains.h"

namespace plumb::conformance {

void CaseJudge::judge(const Case& one) {
  label_ = one.name + ": ";
  states_.clear();
  if (const Result<> ready = one.arrange(); !ready) {
    take(Check::kObserve, "it cannot be made ready: " + ready.error().summary());
    return;
  }
  attempts_.declare(subject_.kind, one.resource, one.image);
  const Tree before = bench_.look();
  const Ended planned = attempts_.plan();
  const std::string touched = differences(before, bench_.look(), Compare::kAll);
  if (!take(Check::kObserve, touched.empty() ? "" : "planning touches\n" + touched)) return;
  // What the host does not have or cannot do is refused, and is no case.
  if (!planned.done) return tell_refusal(planned);
  for (const plan::Action& action : planned.planned) {
    if (action.triggered || action.op == Op::kVerify) continue;
    Observed observed;
    observed.exists = action.seen.exists;
    observed.attributes = action.seen.attributes;
    states_.push_back({one.name, action.desired, std::move(observed)});
  }
  // Where there is nothing to do, nothing is shown by that.
  if (!planned.changes) return;
  if (!apply(planned, before) || !take(Check::kConverges, asks_for_more(planned)) || !take(Check::kTwice, again()))
    return;
  take_back(planned, before);
}

bool CaseJudge::take(Check check, const std::string& fault) {
  report_.take(subject_.kind, check, fault.empty() ? "" : label_ + fault);
  return fault.empty();
}

void CaseJudge::tell_refusal(const Ended& planned) {
  if (!planned.faulty.empty()) take(Check::kBadInput, planned.faulty + "\n" + planned.told);
}

bool CaseJudge::apply(const Ended& planned, const Tree& before) {
  const std::string plan = "plan:\n" + planned.actions;
  std::set<std::string> named = named_paths(planned.document, bench_.root);
  const Ended applied = attempts_.apply_planned();
  if (!applied.done) return take(Check::kAgrees, "it cannot be carried out\n" + plan + applied.told);
  named.merge(named_paths(planned.document, bench_.root));
  const std::string other = unplanned(before, bench_.look(), named, subject_.comes_along);
  return take(Check::kAgrees, other.empty() ? "" : "not planned\n" + plan + other);
}

std::string CaseJudge::asks_for_more(const Ended& first) {
  const Ended second = attempts_.plan();
  const std::string plans = "first plan:\n" + first.actions + "second plan:\n" + second.actions;
  if (!second.done) return "it cannot be planned again\n" + plans + second.told;
  return second.changes ? "the next plan is not empty\n" + plans : "";
}

std::string CaseJudge::again() {
  const Tree before = bench_.look();
  const Ended second = attempts_.apply();
  if (!second.done) return "a second apply fails\n" + second.told;
  const Tree after = bench_.look();
  if (const std::string other = differences(before, after, Compare::kAll); !other.empty())
    return "a second apply touches\n" + other;
  const std::string left = left_over(after);
  return left.empty() ? "" : left + " is left over";
}

// What undo says of itself that it does not take back is no fault, nor is it held.
void CaseJudge::take_back(const Ended& planned, const Tree& before) {
  const Ended undone = attempts_.undo();
  const std::string plans = "first plan:\n" + planned.actions + "undo:\n" + undone.actions + undone.told;
  if (undone.cannot_undo > 0) return;
  if (!undone.done) {
    take(Check::kRestore, "undo fails\n" + plans);
    return;
  }
  const std::string other = not_as_before(subject_, before, bench_.look());
  take(Check::kRestore, other.empty() ? "" : "undo leaves something\n" + plans + other);
}

}  // namespace plumb::conformance
