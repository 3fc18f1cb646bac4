// Which resources of a host a plan is asked for.
#pragma once

#include <vector>

#include "engine/ir/graph.h"
#include "engine/plan/plan.h"

namespace plumb::simulate {

// By node: whether the scope takes it. Where none is what a plan is to start at, none is taken.
std::vector<bool> taken(const ir::HostGraph& graph, const plan::Scope& scope);

}  // namespace plumb::simulate
