// Restarting the host. An operation only asks for it: what was done before is put on record first.
#pragma once

#include <string>

#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

// Another one after each start of the host, or of the container that it is; "" where that cannot be told.
std::string boot_of(LocalSystem& system);

// kProgramMissing where the host has no program for it, kRefusedByState for an image and for who may not.
Result<> check_can_restart(LocalSystem& system);

// Has the host begin to restart; it ends this process soon.
Result<> restart_host(LocalSystem& system, const Reboot& operation);

}  // namespace plumb::exec
