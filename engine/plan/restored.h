// What undo would ask for.
#pragma once

#include <optional>

#include "providers/sdk/provider.h"

namespace plumb::plan {

// The resource as it was found before a change; nothing where what the plan and the history hold does not bring it
// back: its kind has no inverse of the change, what was there was not told as it is, or it holds a secret.
std::optional<Desired> restored(const Provider& provider, const Desired& desired, const Observed& before);

}  // namespace plumb::plan
