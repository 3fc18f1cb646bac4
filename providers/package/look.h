// What a host tells of its packages, whatever its package manager is (internal to this folder).
//
// What is there is read first. Only where something is to change is the manager asked what it would do: once for all
// packages, and again for fewer where it would do what nobody asked for, until that falls on the package that is to
// blame.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "providers/package/back_end.h"
#include "providers/package/host_packages.h"
#include "providers/sdk/provider.h"

namespace plumb::providers::package {

// See PackageProvider and UpgradeProvider for what is told.
Result<std::vector<Observed>> look(std::span<const Desired* const> desired, const BackEnd& back_end, System& system);
Result<Observed> look_at_upgrade(const Desired& desired, const BackEnd& back_end, System& system);

// The age from which a resource asks for new package lists.
std::optional<std::chrono::seconds> refresh_age(const Desired& desired);

}  // namespace plumb::providers::package
