// Puts the nodes of one host in order: finds the edges, sorts, and reports cycles.
#pragma once

#include <memory>
#include <vector>

#include "engine/config/project.h"
#include "engine/ir/graph.h"

namespace plumb::ir {

// `nodes` in declared order, `resources` beside them. Nothing comes back where the order is a circle.
std::shared_ptr<const HostGraph> link(std::vector<Node> nodes, const std::vector<const config::Resource*>& resources,
                                      const Registry& providers, Diagnostics& diagnostics);

// Patterns of after, before and triggers that match no resource of the whole project: an error for a name, a warning
// for a glob.
void check_patterns(const config::Project& project, Diagnostics& diagnostics);

}  // namespace plumb::ir
