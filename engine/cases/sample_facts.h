// The facts of a common Debian machine, for cases that say nothing else.
#pragma once

#include "engine/base/json.h"

namespace plumb::cases {

const Json& sample_facts();

}  // namespace plumb::cases
