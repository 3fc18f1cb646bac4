// Hosts as a configuration wants them, for plans that no host is asked for.
#pragma once

#include "engine/ir/graph.h"
#include "engine/simulate/simulate.h"

namespace plumb::simulate {

// What a host that has all that `before` asks for, and nothing else, would tell of the resources of `after`.
Observation as_declared(const ir::HostGraph& before, const ir::HostGraph& after, const Registry& kinds);

}  // namespace plumb::simulate
