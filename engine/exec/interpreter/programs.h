// Run: a program or a script of the user's.
#pragma once

#include <string>

#include "engine/exec/local_system.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {

// At most this much of what an action's programs print is kept.
inline constexpr std::size_t kOutputLimit = std::size_t{64} << 10;

Result<> run_operation(LocalSystem& system, const Run& operation, std::string& output);

}  // namespace plumb::exec
