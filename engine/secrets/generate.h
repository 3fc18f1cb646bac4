// Values that nobody has to think of.
#pragma once

#include <cstddef>
#include <string>

#include "engine/config/parsed.h"

namespace plumb::secrets {

// Each character is drawn by itself, by the system's own generator.
std::string new_value(const config::Generation& rule);

// Looks like one and is none, the same each time: for a plan that is made before the value is. It begins with the
// set's character number `first`.
std::string stand_in(const config::Generation& rule, std::size_t first);

}  // namespace plumb::secrets
