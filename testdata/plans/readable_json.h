// JSON that people compare line by line.
#pragma once

#include <string>

#include "engine/base/json.h"

namespace plumb::testing {

// What fits on a line stands on one, everything else a member a line. Ends with a line break.
std::string readable(const Json& json);

}  // namespace plumb::testing
