// Hosts as Ansible's inventories name them: ranges, and a port behind a colon.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/inventory/found.h"

namespace plumb::inventory {

inline constexpr const char* kUngrouped = "ungrouped";

// The host of a name, made where it is not there. An address of IPv6 is no name: it becomes one, with `_` for what
// names do not hold, and is the host's address.
FoundHost& host_named(const std::string& written, const SourceSpan& span, Found& found);
std::string host_name(std::string written);

// As put(), but that a source says twice differently how something is reached is an error.
void put_agreeing(std::vector<lang::Entry>& entries, lang::Entry entry, const std::string& owner, Reading& reading);

// Adds the hosts that a pattern such as `web[01:20]:2222` names to the group, with these variables. Nothing for a group
// leaves them without one. settle_ports() has to follow.
void add_hosts(const std::string& pattern, const SourceSpan& span, const std::optional<std::string>& group,
               const std::vector<lang::Entry>& variables, Found& found, Reading& reading);

// A name that stands with one port is one host, also where it stands without; with several ports it is as many hosts,
// called NAME-PORT.
void settle_ports(Found& found, Reading& reading);

// Hosts of no other group are those of `ungrouped`, and only they.
void settle_ungrouped(Found& found);

}  // namespace plumb::inventory
