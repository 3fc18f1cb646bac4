// The canonical JSON of one action.
#pragma once

#include <string>

#include "engine/plan/plan.h"

namespace plumb::plan {

void append_action(std::string& out, const Action& action);

}  // namespace plumb::plan
