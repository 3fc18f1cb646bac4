// Where what stands in a module goes.
#pragma once

#include <vector>

#include "engine/config/module.h"

namespace plumb::ir {

// The patterns of the blocks around it, outermost first, and its own. It goes to a host that all of them select; those
// of the uses of its module come before them, and are not among these.
std::vector<const config::Pattern*> patterns_of(const config::Module& module, const config::ParsedPlacement& placement,
                                                config::BlockIndex block);

}  // namespace plumb::ir
