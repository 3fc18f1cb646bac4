// How actions, hosts and runs end. Each end has one name, under which the wire, the journals of hosts, the history and
// the reports write it down; nothing else looks at the names.
#pragma once

#include <optional>
#include <string_view>

namespace plumb {

// What the history knows of an action of a run.
enum class ActionOutcome {
  kStarted,  // it is under way, or nobody learnt more
  kChanged,
  kVerified,
  kSatisfied,
  kFailed,
  kSkipped,
  kStale,
  kDiverged,
  kUnknown,  // the host was lost while it was under way
  kUndone,   // by the host, because nobody confirmed it
};

// What a host's journal knows of an action.
enum class JournalOutcome {
  kNone,  // it was not begun after all; never told
  kChanged,
  kVerified,
  kFailed,
  kUndone,
  kNotUndone,  // nobody confirmed it, and it could not be undone
  kUnknown,    // the run ended while it was under way
  kNotDone,    // as kUnknown, and the host shows that it was not done; found out by the controller
};

// Whether a host could be worked on. Not started: a roll-out stopped before its turn.
enum class HostState { kOk, kFailed, kUnreachable, kNoAnswer, kNotStarted };

// What came of a plan on a host, as far as the host or the roll-out said.
enum class HostOutcome {
  kNone,  // nothing was to be done, or it was lost before it answered
  kOk,
  kTolerated,  // something failed, and may
  kAlready,    // it had applied this very plan
  kFailed,
  kStale,        // refused: it was no longer as the plan saw it
  kInterrupted,  // stopped on request between two actions
  kNotStarted,   // the run was stopped before the host was touched
  kHeld,         // the roll-out was stopped before the host's turn
  kUndone,       // nobody confirmed the changes in time, so the host took them back
};

// Of all hosts of a request together, from good to bad: the worst end of a part is the end of the whole.
enum class RunOutcome {
  kOk,
  kTolerated,    // something failed, and may
  kUnreachable,  // some host was not reached or not heard to the end
  kStale,        // what was asked for does not fit what is there now; so was refused
  kWindowClosed,
  kFailed,
  kInvalid,  // the configuration or the plan cannot be used; nothing was begun
  kInterrupted,
};

std::string_view name(ActionOutcome outcome);
std::string_view name(JournalOutcome outcome);
std::string_view name(HostState state);
std::string_view name(HostOutcome outcome);  // "" for none
std::string_view name(RunOutcome outcome);

// Nothing for what is no name.
std::optional<ActionOutcome> action_outcome_from_name(std::string_view name);
std::optional<JournalOutcome> journal_outcome_from_name(std::string_view name);
std::optional<HostState> host_state_from_name(std::string_view name);
std::optional<RunOutcome> run_outcome_from_name(std::string_view name);

// What a program ends with, by docs/exit-codes.md; the history keeps it beside the outcome.
int exit_code(RunOutcome outcome);

}  // namespace plumb
