// Checks a resource as it is declared: what its attributes, templates and probes are made of, and what of it is
// sensitive.
#pragma once

#include "engine/config/check_placement.h"

namespace plumb::config {

void check_declaration(Declaration& declaration, PlacementCheck& at);

}  // namespace plumb::config
