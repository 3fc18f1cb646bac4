// Probes: whether what was changed works. Waits: until something is so. They only ask.
#pragma once

#include <functional>
#include <string>

#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

// Tries until the probe has passed as often in a row as it asks for, or its time is over; a row that has begun by then
// is followed to its end. kProbeFailed says what was tried and what came back last;
// kInterrupted where `wants_stop` ended it. What a failing program printed is added to `output`.
Result<> run_probe(LocalSystem& system, const Probe& probe, const std::function<bool()>& wants_stop,
                   std::string& output);

// As run_probe(); what was not so in time is kNotInTime.
Result<> run_wait(LocalSystem& system, const Wait& wait, const std::function<bool()>& wants_stop, std::string& output);

}  // namespace plumb::exec
