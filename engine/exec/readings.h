// Readings: what the sources that a project names tell of this host.
#pragma once

#include <string>
#include <vector>

#include "engine/exec/local_system.h"
#include "engine/wire/messages.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {

// One source, as it is now. Programs are run so that they can write nothing. Errors: kCannotObserve, and why not.
Result<ToldReading> take_reading(LocalSystem& system, const Managers& managers, const ReadingSource& source);

// All of them, in their order.
wire::Readings take_readings(LocalSystem& system, const Managers& managers, const wire::Read& question);

// That each tells what the plan saw. kStale where one does not, or cannot be had any more.
Result<> check_readings(LocalSystem& system, const Managers& managers, const std::vector<UsedReading>& readings,
                        const std::string& key);

}  // namespace plumb::exec
