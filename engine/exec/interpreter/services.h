// ServiceAction: the host's service manager.
#pragma once

#include <string>

#include "engine/exec/local_system.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {

// What is brought up is waited for until it has stopped moving; where it did not come up, the error ends with the
// unit's last log lines.
Result<> change_service(LocalSystem& system, const ServiceManager& manager, const ServiceAction& action,
                        std::string& output);

}  // namespace plumb::exec
