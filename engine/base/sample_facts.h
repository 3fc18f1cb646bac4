// The facts of a common Debian machine, for cases and simulated hosts that say nothing else.
#pragma once

#include "engine/base/json.h"

namespace plumb {

const Json& sample_facts();

}  // namespace plumb
