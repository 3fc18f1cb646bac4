#include "engine/wire/apply_messages.h"

namespace plumb::wire {

std::string_view name(EventKind kind) {
  switch (kind) {
    case EventKind::kStarted:
      return "started";
    case EventKind::kOutput:
      return "output";
    case EventKind::kChanged:
      return "changed";
    case EventKind::kVerified:
      return "verified";
    case EventKind::kSatisfied:
      return "satisfied";
    case EventKind::kFailed:
      return "failed";
    case EventKind::kSkipped:
      return "skipped";
    case EventKind::kStale:
      return "stale";
    case EventKind::kDiverged:
      return "diverged";
  }
  return "started";
}

std::string_view name(DoneOutcome outcome) {
  switch (outcome) {
    case DoneOutcome::kOk:
      return "ok";
    case DoneOutcome::kFailed:
      return "failed";
    case DoneOutcome::kStale:
      return "stale";
    case DoneOutcome::kInterrupted:
      return "interrupted";
    case DoneOutcome::kAlready:
      return "already";
    case DoneOutcome::kRestarting:
      return "restarting";
  }
  return "failed";
}

std::string_view name(ConfirmOutcome outcome) {
  switch (outcome) {
    case ConfirmOutcome::kConfirmed:
      return "confirmed";
    case ConfirmOutcome::kBusy:
      return "busy";
    case ConfirmOutcome::kUndoing:
      return "undoing";
    case ConfirmOutcome::kUndone:
      return "undone";
    case ConfirmOutcome::kNothing:
      return "nothing";
  }
  return "nothing";
}

}  // namespace plumb::wire
