// Checks the address patterns of a project: after, before and triggers.
#pragma once

#include <string>

#include "engine/config/project.h"

namespace plumb::ir {

// Patterns that match no resource of the whole project: an error for a name, a warning for a glob. Where addresses are
// worked out for each host, what could be one of them passes.
void check_patterns(const config::Project& project, Diagnostics& diagnostics);

// The same for a pattern that somebody asks with: an error wherever nothing can be meant.
void check_selector(const config::Project& project, const std::string& pattern, Diagnostics& diagnostics);

}  // namespace plumb::ir
