// Lists of hosts: a name or a range a line, or lines like those of /etc/hosts.
#pragma once

#include <string>
#include <string_view>

#include "engine/inventory/found.h"

namespace plumb::inventory {

// An address with names behind it is a host of the first name; this machine's own and broadcast addresses are passed
// over, and a name's first address counts. `#` begins a comment.
void read_host_list(const std::string& file_name, std::string_view text, Found& found, Reading& reading);

}  // namespace plumb::inventory
