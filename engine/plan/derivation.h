// An action against what its kind's own code makes of what was asked for and what was found. Private to this folder.
#pragma once

#include <string>

#include "engine/plan/action.h"
#include "providers/sdk/kind.h"

namespace plumb::plan {

// What the action says otherwise than its kind does, as the end of a sentence about it, or "". Probes are not asked of
// a kind but of the configuration: nothing is said of them.
std::string problem_of_derivation(const Action& action, const Kind& kind);

}  // namespace plumb::plan
