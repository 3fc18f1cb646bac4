// Ansible's YAML: inventories, and files of variables.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/inventory/found.h"

namespace plumb::inventory {

// Adds what the text says to what other files of the same inventory said. JSON is read too.
void read_ansible_yaml(const std::string& file_name, std::string_view text, Found& found, Reading& reading);

// The variables of a file below group_vars or host_vars. A file that ansible-vault encrypted is left out, and so is
// each such value; that is told.
std::vector<lang::Entry> read_variables(const std::string& file_name, std::string_view text, Reading& reading);

}  // namespace plumb::inventory
