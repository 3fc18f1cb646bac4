// ServiceAction: the host's service manager.
#pragma once

#include <string>

#include "engine/exec/local_system.h"
#include "providers/sdk/operation.h"

namespace plumb::exec {

Result<> change_service(LocalSystem& system, const ServiceAction& operation, std::string& output);

}  // namespace plumb::exec
