#include "engine/base/outcome.h"

#include <array>

namespace plumb {
namespace {

template <class Outcome>
struct Named {
  Outcome outcome;
  std::string_view name;
};
// For compilers that deduce nothing from the members of an aggregate.
template <class Outcome>
Named(Outcome, std::string_view) -> Named<Outcome>;

constexpr std::array kActions = {
    Named{ActionOutcome::kStarted, "started"},   Named{ActionOutcome::kChanged, "changed"},
    Named{ActionOutcome::kVerified, "verified"}, Named{ActionOutcome::kSatisfied, "satisfied"},
    Named{ActionOutcome::kFailed, "failed"},     Named{ActionOutcome::kSkipped, "skipped"},
    Named{ActionOutcome::kStale, "stale"},       Named{ActionOutcome::kDiverged, "diverged"},
    Named{ActionOutcome::kUnknown, "unknown"},   Named{ActionOutcome::kUndone, "undone"},
};
constexpr std::array kJournal = {
    Named{JournalOutcome::kNone, "none"},         Named{JournalOutcome::kChanged, "changed"},
    Named{JournalOutcome::kVerified, "verified"}, Named{JournalOutcome::kFailed, "failed"},
    Named{JournalOutcome::kUndone, "undone"},     Named{JournalOutcome::kNotUndone, "not undone"},
    Named{JournalOutcome::kUnknown, "unknown"},   Named{JournalOutcome::kNotDone, "not done"},
};
constexpr std::array kStates = {
    Named{HostState::kOk, "ok"},
    Named{HostState::kFailed, "failed"},
    Named{HostState::kUnreachable, "unreachable"},
    Named{HostState::kNoAnswer, "no answer"},
    Named{HostState::kNotStarted, "not started"},
};
constexpr std::array kHosts = {
    Named{HostOutcome::kNone, ""},
    Named{HostOutcome::kOk, "ok"},
    Named{HostOutcome::kTolerated, "tolerated"},
    Named{HostOutcome::kAlready, "already"},
    Named{HostOutcome::kFailed, "failed"},
    Named{HostOutcome::kStale, "stale"},
    Named{HostOutcome::kInterrupted, "interrupted"},
    Named{HostOutcome::kNotStarted, "not started"},
    Named{HostOutcome::kHeld, "held"},
    Named{HostOutcome::kUndone, "undone"},
};
constexpr std::array kRuns = {
    Named{RunOutcome::kOk, "ok"},
    Named{RunOutcome::kTolerated, "tolerated"},
    Named{RunOutcome::kUnreachable, "unreachable"},
    Named{RunOutcome::kStale, "stale"},
    Named{RunOutcome::kWindowClosed, "window closed"},
    Named{RunOutcome::kFailed, "failed"},
    Named{RunOutcome::kInvalid, "invalid"},
    Named{RunOutcome::kInterrupted, "interrupted"},
};

template <class Table, class Outcome>
std::string_view name_in(const Table& table, Outcome outcome) {
  for (const auto& one : table) {
    if (one.outcome == outcome) return one.name;
  }
  return {};
}

template <class Outcome, std::size_t kCount>
std::optional<Outcome> find_in(const std::array<Named<Outcome>, kCount>& table, std::string_view name) {
  for (const Named<Outcome>& one : table) {
    if (one.name == name) return one.outcome;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(ActionOutcome outcome) {
  return name_in(kActions, outcome);
}
std::string_view name(JournalOutcome outcome) {
  return name_in(kJournal, outcome);
}
std::string_view name(HostState state) {
  return name_in(kStates, state);
}
std::string_view name(HostOutcome outcome) {
  return name_in(kHosts, outcome);
}
std::string_view name(RunOutcome outcome) {
  return name_in(kRuns, outcome);
}

std::optional<ActionOutcome> action_outcome_from_name(std::string_view name) {
  return find_in(kActions, name);
}
std::optional<JournalOutcome> journal_outcome_from_name(std::string_view name) {
  return find_in(kJournal, name);
}
std::optional<HostState> host_state_from_name(std::string_view name) {
  return find_in(kStates, name);
}
std::optional<RunOutcome> run_outcome_from_name(std::string_view name) {
  return find_in(kRuns, name);
}

int exit_code(RunOutcome outcome) {
  switch (outcome) {
    case RunOutcome::kOk:
      return 0;
    case RunOutcome::kFailed:
      return 1;
    case RunOutcome::kInvalid:
      return 3;
    case RunOutcome::kUnreachable:
      return 4;
    case RunOutcome::kStale:
    case RunOutcome::kWindowClosed:
      return 5;
    case RunOutcome::kTolerated:
      return 6;
    case RunOutcome::kInterrupted:
      return 130;
  }
  return 1;
}

}  // namespace plumb
