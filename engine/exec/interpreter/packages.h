// PackageTransaction: one transaction of the host's package manager.
#pragma once

#include <string>

#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

Result<> change_packages(LocalSystem& system, const PackageTransaction& operation, std::string& output);

}  // namespace plumb::exec
