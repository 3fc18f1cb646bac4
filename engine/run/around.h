// Puts the steps around the turn of a host into its plan.
#pragma once

#include <string>

#include "engine/ir/compile.h"
#include "engine/plan/plan.h"

namespace plumb::run {

// Only a host that has something to do has a turn; in an image nothing runs. `told` is what the host told. False where
// `diagnostics` says why.
bool plan_around(ir::Compiler& compiler, const std::string& host, const ir::Told& told, plan::HostPlan& plan,
                 Diagnostics& diagnostics);

}  // namespace plumb::run
