// What a host with apt tells of its packages (internal to this folder).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "providers/package/look.h"

namespace plumb::providers::package::apt {

std::unique_ptr<HostPackages> packages_of(System& system);

// Of a package that is installed; nothing where it is not.
Result<std::optional<std::string>> installed_version(const std::string& package, System& system);

}  // namespace plumb::providers::package::apt
