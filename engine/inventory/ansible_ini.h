// Ansible's INI inventories.
#pragma once

#include <string>
#include <string_view>

#include "engine/inventory/found.h"

namespace plumb::inventory {

// Adds what the text says to what other files of the same inventory said.
void read_ansible_ini(const std::string& file_name, std::string_view text, Found& found, Reading& reading);

}  // namespace plumb::inventory
