// What holds for all packages of a host with apt.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "providers/sdk/provider.h"

namespace plumb::providers::package::apt {

Diagnostic refused(std::string summary, std::string hint = {});

// What keeps every package of the host as it is.
Result<std::optional<Diagnostic>> find_hindrance(System& system);

// The age from which a resource asks for new package lists.
std::optional<std::chrono::seconds> refresh_age(const Desired& desired);
// Whether there are no package lists, or only such as are older than that.
Result<bool> have_old_lists(System& system, std::optional<std::chrono::seconds> age);

}  // namespace plumb::providers::package::apt
