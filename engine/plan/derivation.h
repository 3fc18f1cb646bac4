// An action against what its kind's own code makes of what was asked for and what was found.
#pragma once

#include <span>
#include <string>

#include "engine/plan/action.h"
#include "providers/sdk/kind.h"

namespace plumb::plan {

// Of a resource that differs: whether what is to be done is decided only when its turn comes, since one of those that
// it waits for changes a file from which it follows. Then its action holds no operations; else it holds those that its
// kind makes of the difference.
bool is_decided_later(const Desired& desired, const Observed& observed, std::span<const Desired* const> awaited,
                      const Registry& kinds);

// What the action says otherwise than its kind does, as the end of a sentence about it, or "". Probes are not asked of
// a kind but of the configuration: nothing is said of them. `awaited`: what those are about that it waits for.
std::string problem_of_derivation(const Action& action, std::span<const Desired* const> awaited, const Registry& kinds);

}  // namespace plumb::plan
