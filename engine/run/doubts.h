// What became of actions that were under way when an earlier run was cut off, as far as the host shows it.
#pragma once

#include <vector>

#include "engine/ir/graph.h"
#include "engine/simulate/simulate.h"
#include "engine/wire/messages.h"

namespace plumb::run {

// Of `told`, those that are unknown become changed where the host now is as their resource is to be, and not done
// where `planned` would have to do it still. A restart, a command or a resource that the configuration no longer has
// leaves nothing that tells, and stays unknown.
void resolve_doubts(std::vector<wire::Unreported>& told, const ir::HostGraph& graph,
                    const simulate::Observation& observation, const plan::Actions& planned);

}  // namespace plumb::run
