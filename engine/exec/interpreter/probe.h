// Probes: whether what was changed works. They only ask.
#pragma once

#include <functional>
#include <string>

#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

// Tries until the probe passes or its time is over. kProbeFailed says what was tried and what came back last;
// kInterrupted where `wants_stop` ended it. What a failing program printed is added to `output`.
Result<> run_probe(LocalSystem& system, const Probe& probe, const std::function<bool()>& wants_stop,
                   std::string& output);

}  // namespace plumb::exec
