// Run: a program or a script of the user's.
#pragma once

#include <string>

#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

// At most this much of what an action's programs print is kept.
inline constexpr std::size_t kOutputLimit = std::size_t{64} << 10;

Result<> run_program(LocalSystem& system, const Run& operation, std::string& output);

// The last lines of what a program said, for a message.
std::string last_lines(const std::string& text, std::size_t lines = 15);

}  // namespace plumb::exec
