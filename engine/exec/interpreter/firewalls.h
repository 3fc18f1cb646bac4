// Rules of the host's firewall, by the programs of its manager.
#pragma once

#include <string>

#include "engine/exec/local_system.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {

Result<> change_firewall(LocalSystem& system, const FirewallManager& manager, const ChangeFirewall& change,
                         std::string& output);

}  // namespace plumb::exec
