#include "engine/exec/confirm.h"

#include "engine/exec/lock.h"
#include "engine/exec/record.h"
#include "engine/exec/undo.h"

namespace plumb::exec {
namespace {

// What the record has to tell of an undone run.
wire::Confirmation undone_run(const StateFolder& folder, const std::string& run) {
  wire::Confirmation answer;
  for (const wire::Unreported& told : load_record(folder).unreported) {
    if (told.run != run) continue;
    const bool again = told.op == Op::kRestart || told.op == Op::kReload || told.op == Op::kRun;
    if (told.outcome == JournalOutcome::kUndone) (again ? answer.restarted : answer.undone).push_back(told.address);
    if (told.outcome == JournalOutcome::kNotUndone) answer.problems.push_back(told.address + ": " + told.text);
  }
  const bool any = !answer.undone.empty() || !answer.restarted.empty() || !answer.problems.empty();
  answer.outcome = any ? wire::ConfirmOutcome::kUndone : wire::ConfirmOutcome::kNothing;
  return answer;
}

}  // namespace

wire::Confirmation confirm(const StateFolder& folder, const wire::Confirm& request) {
  const UndoFolder left(folder);
  if (const std::optional<UndoList> list = left.waiting(); list && list->run == request.run) {
    // An executor that was cut off from its controller ends the action in hand first.
    const bool busy = !list->complete && !HostLock::take(folder.files(), request.project, request.run);
    if (busy) return {wire::ConfirmOutcome::kBusy, {}, {}, {}};
    if (left.confirm()) return {wire::ConfirmOutcome::kConfirmed, {}, {}, {}};
  }
  const Result<std::optional<UndoList>> undoing = left.being_undone();
  if (!undoing) return {wire::ConfirmOutcome::kUndone, {}, {}, {undoing.error().summary()}};
  if (*undoing) return {wire::ConfirmOutcome::kUndoing, {}, {}, {}};
  return undone_run(folder, request.run);
}

}  // namespace plumb::exec
