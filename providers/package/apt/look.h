// What a host with apt tells of packages (internal to this folder).
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb::providers::package::apt {

// What is there is read from dpkg's status file. Only where something is to change is apt-get asked what it would do:
// once for all packages, and again for fewer where it would do what nobody asked for, until that falls on the package
// that is to blame.
Result<std::vector<Observed>> look(std::span<const Desired* const> desired, System& system);

// Of a package that is installed; nothing where it is not.
Result<std::optional<std::string>> installed_version(const std::string& package, System& system);

}  // namespace plumb::providers::package::apt
