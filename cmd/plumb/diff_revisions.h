// plumb diff REV1..REV2: what a change of the configuration means for the hosts.
#pragma once

#include <string>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/planning.h"

namespace plumb::cmd {

// Exits with 2 where a host is to change.
int diff_revisions(Program& program, const std::string& revisions, const PlanningOptions& planning);

}  // namespace plumb::cmd
