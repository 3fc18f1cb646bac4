// ServiceAction: the host's service manager.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/exec/local_system.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {

// What is brought up is waited for until it has stopped moving; where it did not come up, the error ends with what the
// unit's log says of it.
Result<> change_service(LocalSystem& system, const ServiceManager& manager, const ServiceAction& action,
                        std::string& output);

// What logs say since then of the units that the operations bring up, as lines that end a message; "" for nothing.
std::string said_of_services(LocalSystem& system, const Managers& managers, const std::vector<Operation>& operations,
                             std::chrono::system_clock::time_point since);

}  // namespace plumb::exec
