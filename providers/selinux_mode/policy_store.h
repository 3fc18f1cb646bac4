// What the files of a host tell of SELinux: its settings, what runs, and what somebody set in the store of its policy.
#pragma once

#include <map>
#include <string>

#include "providers/sdk/provider.h"

namespace plumb::providers::selinux_mode {

inline constexpr const char* kSettings = "/etc/selinux/config";

struct Settings {
  bool there = false;   // the host has the file
  std::string mode;     // "enforcing", "permissive" or "disabled"; "" where it says nothing
  std::string policy;   // "targeted"
  std::string running;  // as `mode`, of the kernel
};
Result<Settings> read_settings(System& system);

// The lines of a file of the policy's store, such as "ports.local", without comments and empty ones. None where nobody
// set anything.
Result<std::vector<std::string>> stored_lines(const Settings& settings, const std::string& name, System& system);

// That SELinux is not there to be asked.
Diagnostic not_there(const std::string& what);

}  // namespace plumb::providers::selinux_mode
