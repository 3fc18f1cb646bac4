#include "cmd/plumb/exit_code.h"

namespace plumb::cmd {
namespace {

int rank(ExitCode code) {
  switch (code) {
    case kInterrupted:
      return 5;
    case kInvalidConfiguration:
      return 4;
    case kFailed:
      return 3;
    case kStalePlan:
      return 2;
    case kHostUnreachable:
      return 1;
    case kChangesPending:
    case kDone:
      return 0;
  }
  return 0;
}

ExitCode exit_code_of(const run::HostResult& result) {
  if (result.outcome == "interrupted" || result.outcome == "not started") return kInterrupted;
  if (result.outcome == "stale") return kStalePlan;
  switch (result.state) {
    case run::HostState::kOk:
      return kDone;
    case run::HostState::kFailed:
      return kFailed;
    case run::HostState::kUnreachable:
    case run::HostState::kNoAnswer:
      return kHostUnreachable;
    case run::HostState::kNotStarted:
      return kDone;  // why, other hosts tell
  }
  return kFailed;
}

}  // namespace

ExitCode worse(ExitCode a, ExitCode b) {
  return rank(b) > rank(a) ? b : a;
}

ExitCode exit_code_of(const std::map<std::string, run::HostResult>& hosts) {
  ExitCode code = kDone;
  for (const auto& [name, result] : hosts) code = worse(code, exit_code_of(result));
  return code;
}

}  // namespace plumb::cmd
