// Paths that are given to programs, which go by the name alone: whatever lies there by then is what they work on.
#pragma once

#include <string>

#include "providers/sdk/system.h"

namespace plumb {

// The first folder from the root down in which somebody other than root may put another entry in the place of the one
// that the path goes through: his own folder, or one that all may write to. "" where there is none.
Result<std::string> exchangeable_folder(const std::string& path, System& system);

}  // namespace plumb
