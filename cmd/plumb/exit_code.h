// The exit codes; docs/exit-codes.md is their table.
#pragma once

#include <map>
#include <string>

#include "engine/run/fleet.h"

namespace plumb::cmd {

enum ExitCode {
  kDone = 0,
  kFailed = 1,
  kChangesPending = 2,
  kInvalidConfiguration = 3,
  kHostUnreachable = 4,
  kStalePlan = 5,
  kInterrupted = 130,
};

// Of a whole run: what failed counts before what was refused as stale, that before what was not reached.
ExitCode exit_code_of(const std::map<std::string, run::HostResult>& hosts);
ExitCode worse(ExitCode a, ExitCode b);

}  // namespace plumb::cmd
