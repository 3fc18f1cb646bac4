// Hosts as Ansible's inventories name them: ranges, and a port behind a colon.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/inventory/found.h"

namespace plumb::inventory {

inline constexpr const char* kUngrouped = "ungrouped";

// Adds the hosts that a pattern such as `web[01:20]:2222` names to the group, with these variables. Nothing for a group
// leaves them without one.
void add_hosts(const std::string& pattern, const SourceSpan& span, const std::optional<std::string>& group,
               const std::vector<lang::Entry>& variables, Found& found, Reading& reading);

// Hosts of no other group are those of `ungrouped`, and only they.
void settle_ungrouped(Found& found);

}  // namespace plumb::inventory
