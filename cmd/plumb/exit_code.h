// The exit codes; docs/exit-codes.md is their table.
#pragma once

#include "engine/run/host_result.h"

namespace plumb::cmd {

enum ExitCode {
  kDone = 0,
  kFailed = 1,
  kChangesPending = 2,
  kInvalidConfiguration = 3,
  kHostUnreachable = 4,
  kStalePlan = 5,
  kTolerated = 6,
  kInterrupted = 130,
};

ExitCode exit_code_of(RunOutcome outcome);
ExitCode exit_code_of(const run::HostResults& hosts);

}  // namespace plumb::cmd
