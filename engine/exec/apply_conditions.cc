// Actions whose condition is decided when their turn comes, by readings that are taken then.
#include "engine/exec/apply_run.h"
#include "engine/exec/readings.h"
#include "providers/sdk/turn_condition.h"

namespace plumb::exec {

// Once for all actions of a resource: what one of them changes decides nothing about the next.
const ApplyRun::Decided& ApplyRun::decided(std::size_t index) {
  const auto [known, is_new] = decided_.try_emplace(address(index));
  Decided& decided = known->second;
  if (!is_new) return decided;
  const auto take = [this](const ReadingSource& source) {
    tools_.line.show_life();
    return take_reading(tools_.system, tools_.registry.managers(), source);
  };
  const Result<TurnCondition> condition = turn_condition_from(action(index).when);
  Result<TurnDecision> decision = condition ? decide(*condition, take) : Result<TurnDecision>(condition.error());
  if (decision) {
    decided.holds = decision->holds;
    decided.told = std::move(decision->told);
  } else {
    decided.problem = decision.error().diagnostic();
  }
  return decided;
}

bool ApplyRun::is_asked_for(std::size_t index) {
  return !is_in_turn(index) || decided(index).holds;
}

// It is as it is to be, since nothing is asked for.
void ApplyRun::leave_undone(std::size_t index) {
  const Decided& why = decided(index);
  if (why.problem) return progress_.fail_before(index, *why.problem, false);
  satisfied(index);
  std::string text = "skipped: " + why.told;
  const JournalEntry entry =
      Outcome{request_.run, request_.plan, address(index), action(index).op, JournalOutcome::kNone, false, false, {},
              false,        text};
  left_undone_[index] = std::move(text);
  if (Result<> written = tools_.log.write({&entry, 1}); !written) {
    progress_.broken = true;
    progress_.fail_before(index, std::move(written.error()).during("writing the journal").diagnostic(), false);
  }
}

std::string ApplyRun::why_satisfied(std::size_t index) const {
  const auto left = left_undone_.find(index);
  return left == left_undone_.end() ? std::string() : left->second;
}

// Of one that was settled before the host was restarted nobody knows any more why it was.
bool ApplyRun::was_left_undone(std::size_t index) const {
  return left_undone_.contains(index) || (is_in_turn(index) && settled_[index] && !progress_.touched[index]);
}

void ApplyRun::drop_debt(std::size_t index) {
  OwedList& owed = tools_.log.record().owed;
  if (is_probe(index)) {
    owed.settle(address(index), Op::kVerify);
  } else {
    owed.settle_all_but_probes(address(index));
  }
}

// What was to be set off on a resource that is not there after all is not owed to it.
void ApplyRun::drop_debts_of_undone() {
  for (const auto& [index, unused] : left_undone_) {
    if (action(index).triggered) drop_debt(index);
  }
}

}  // namespace plumb::exec
