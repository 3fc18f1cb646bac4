// Forgetting a host: what plumb left on it for itself goes, and nothing else.
#pragma once

#include <string>

#include "engine/run/execute.h"

namespace plumb::run {

// The program that removes what a host has of a project, its record and its journal, and where no other project has
// anything there, the executor too. It prints a line for each, and ends with 75 where a run works on the host.
wire::Execute forgetting(const std::string& project);

}  // namespace plumb::run
