// What resources were called before: `moved` of a project or a module.
#pragma once

#include <vector>

#include "engine/config/parsed.h"

namespace plumb::config {

// Appends the moves of a file. One with a fault is told and left out.
void read_moves(const lang::Node& moved, std::vector<ParsedMove>& into, Diagnostics& diagnostics);

}  // namespace plumb::config
