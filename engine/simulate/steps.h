// The actions of steps around a host's turn. Nobody is asked for them: each is to be done, and the host that does it
// finds in its turn whether a guard says that it need not.
#pragma once

#include <optional>
#include <string>

#include "engine/ir/graph.h"
#include "engine/plan/action_list.h"

namespace plumb::simulate {

// `turn` is the host whose turn it is, for what is told. Nothing where `diagnostics` says why.
std::optional<plan::ActionList> plan_steps(const ir::HostGraph& graph, const Registry& kinds, const std::string& turn,
                                           Diagnostics& diagnostics);

}  // namespace plumb::simulate
