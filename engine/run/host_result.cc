#include "engine/run/host_result.h"

#include <algorithm>

namespace plumb::run {
namespace {

HostState state_of(Code code) {
  switch (code) {
    case Code::kConnect:
    case Code::kHostKeyUnknown:
    case Code::kHostKeyChanged:
    case Code::kHostKeyRevoked:
    case Code::kAuthentication:
    case Code::kTransportCommand:
    case Code::kSshSettings:
      return HostState::kUnreachable;
    case Code::kTimeout:
    case Code::kConnectionLost:
    case Code::kNoReturn:
      return HostState::kNoAnswer;
    default:
      return HostState::kFailed;
  }
}

HostOutcome outcome_of(wire::DoneOutcome outcome) {
  switch (outcome) {
    case wire::DoneOutcome::kOk:
      return HostOutcome::kOk;
    case wire::DoneOutcome::kFailed:
      return HostOutcome::kFailed;
    case wire::DoneOutcome::kStale:
      return HostOutcome::kStale;
    case wire::DoneOutcome::kRestarting:  // whoever asked goes on; this one did not
      return HostOutcome::kFailed;
    case wire::DoneOutcome::kInterrupted:
      return HostOutcome::kInterrupted;
    case wire::DoneOutcome::kAlready:
      return HostOutcome::kAlready;
  }
  return HostOutcome::kFailed;
}

RunOutcome outcome_of(const HostResult& result) {
  if (result.outcome == HostOutcome::kInterrupted || result.outcome == HostOutcome::kNotStarted)
    return RunOutcome::kInterrupted;
  if (result.outcome == HostOutcome::kStale) return RunOutcome::kStale;
  switch (result.state) {
    case HostState::kOk:
      return result.outcome == HostOutcome::kTolerated ? RunOutcome::kTolerated : RunOutcome::kOk;
    case HostState::kFailed:
      return RunOutcome::kFailed;
    case HostState::kUnreachable:
    case HostState::kNoAnswer:
      return RunOutcome::kUnreachable;
    case HostState::kNotStarted:
      return RunOutcome::kOk;  // why, other hosts tell
  }
  return RunOutcome::kFailed;
}

}  // namespace

void fail_with(HostResult& result, const Error& error) {
  result.state = state_of(error.code());
  Diagnostic diagnostic = error.diagnostic();
  diagnostic.host = result.name;
  result.diagnostics.add(std::move(diagnostic));
}

void fail_to_record(HostResult& result, const Error& error) {
  result.recorded = false;
  result.diagnostics.add(error.diagnostic());
}

void take_totals(const wire::Done& done, HostResult& result) {
  result.outcome = outcome_of(done.outcome);
  result.changed = done.changed;
  result.satisfied = done.satisfied;
  result.failed = done.failed;
  result.skipped = done.skipped;
  result.verified = done.verified;
  if (result.outcome == HostOutcome::kOk && result.failed > 0) result.outcome = HostOutcome::kTolerated;
  result.applied_by = done.applied_by;
  result.applied_at = done.applied_at;
  result.owed = done.owed;
  if (done.outcome != wire::DoneOutcome::kOk && done.outcome != wire::DoneOutcome::kAlready)
    result.state = HostState::kFailed;
}

HostResults together(HostResults first, const HostResults& next) {
  for (const auto& [name, result] : next) {
    const auto [place, added] = first.emplace(name, result);
    if (added) continue;
    HostResult both = result;
    const HostResult& was = place->second;
    both.recorded = both.recorded && was.recorded;
    both.changed += was.changed;
    both.satisfied += was.satisfied;
    both.left_in_turn += was.left_in_turn;
    both.failed += was.failed;
    both.skipped += was.skipped;
    both.verified += was.verified;
    both.milliseconds += was.milliseconds;
    both.diagnostics = was.diagnostics;
    both.diagnostics.extend(Diagnostics(result.diagnostics));
    place->second = std::move(both);
  }
  return first;
}

Diagnostics findings_of(const HostResults& hosts) {
  Diagnostics found;
  for (const auto& [name, result] : hosts) found.extend(result.diagnostics);
  return found;
}

RunOutcome outcome_of(const HostResults& hosts) {
  RunOutcome outcome = RunOutcome::kOk;
  for (const auto& [name, result] : hosts) {
    outcome = std::max({outcome, outcome_of(result), result.recorded ? RunOutcome::kOk : RunOutcome::kFailed});
  }
  return outcome;
}

}  // namespace plumb::run
