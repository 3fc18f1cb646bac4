// Checks the use of a module: what it is given, against the inputs that the module declares.
#pragma once

#include "engine/config/check_placement.h"

namespace plumb::config {

void check_call(ModuleCall& call, PlacementCheck& at);

}  // namespace plumb::config
