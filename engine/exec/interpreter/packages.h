// PackageTransaction: one transaction of the host's package manager.
#pragma once

#include <string>

#include "engine/exec/local_system.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {

// Waits while somebody else changes packages.
Result<> change_packages(LocalSystem& system, const PackageManager& manager, const PackageTransaction& transaction,
                         std::string& output);

}  // namespace plumb::exec
