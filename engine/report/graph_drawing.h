// The graph of a host for eyes: what is done in which order, and what waits for what.
#pragma once

#include <string>
#include <string_view>

#include "engine/ir/graph.h"

namespace plumb::report {

// A drawing of its own, without anything from elsewhere: a line for each resource in the order in which they are done,
// and from each one that others wait for a track down to these. Of edges that follow from others only triggers are
// drawn.
std::string graph_svg(const ir::HostGraph& graph, std::string_view host);

// For pages that draw Mermaid; the same edges.
std::string graph_mermaid(const ir::HostGraph& graph, std::string_view host);

}  // namespace plumb::report
