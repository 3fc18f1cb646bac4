// How a host ends a run.
#pragma once

#include <string_view>

#include "engine/base/diagnostic.h"

namespace plumb::run {

// Not started: a roll-out stopped, or was interrupted, before the host's turn.
enum class HostState { kOk, kFailed, kUnreachable, kNoAnswer, kNotStarted };

std::string_view name(HostState state);
HostState state_of(Code code);

}  // namespace plumb::run
