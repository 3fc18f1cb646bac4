// Arguments for the ssh program, as Ansible's inventories hold them, as settings.
#pragma once

#include <vector>

#include "engine/inventory/found.h"

namespace plumb::inventory {

// Adds to `settings` what the arguments in `variable` say. What has no equal is told; what plumb does by itself, such
// as sharing connections, is passed over.
void take_ssh_arguments(const lang::Entry& variable, std::vector<lang::Entry>& settings, Reading& reading);

}  // namespace plumb::inventory
