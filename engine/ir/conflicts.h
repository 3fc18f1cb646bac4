// Resources of one host that cannot all be as they ask for, whatever the host is like: two that decide on one thing,
// one that changes a part of what another has as a whole, one that takes away what another needs.
#pragma once

#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/ir/graph.h"
#include "providers/sdk/kind.h"

namespace plumb::ir {

void check_conflicts(const std::vector<Node>& nodes, const Registry& kinds, Diagnostics& diagnostics);

}  // namespace plumb::ir
