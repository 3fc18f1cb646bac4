// Calls of providers from outside.
#pragma once

#include <string>

#include "engine/exec/local_system.h"
#include "providers/outside/outside_provider.h"

namespace plumb::exec {

// By the package's program on this host, or by `elsewhere` where that runs on the controller. What the program prints
// for people is added to `output`. kProviderFailed.
Result<> call_provider(LocalSystem& system, const outside::Package& package, const CallProvider& operation,
                       outside::Elsewhere* elsewhere, std::string& output);

}  // namespace plumb::exec
