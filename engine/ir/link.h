// Puts the nodes of one host in order: finds the edges, sorts, and reports cycles.
#pragma once

#include <memory>
#include <vector>

#include "engine/config/resource.h"
#include "engine/ir/graph.h"

namespace plumb::ir {

// `nodes` in declared order, `resources` beside them. Nothing comes back where the order is a circle.
std::shared_ptr<const HostGraph> link(std::vector<Node> nodes, const std::vector<const config::Resource*>& resources,
                                      const Registry& providers, Diagnostics& diagnostics);

}  // namespace plumb::ir
