// EditDatabase: users and groups, in the files of the shadow suite and under its lock.
#pragma once

#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

Result<> edit_database(LocalSystem& system, const EditDatabase& operation);

}  // namespace plumb::exec
