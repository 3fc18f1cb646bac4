// Versions as pacman compares them: [EPOCH:]VERSION[-RELEASE].
#pragma once

#include <string_view>

namespace plumb::providers::package::pacman {

// Below 0, 0 or above 0. A release that one of them leaves out may be any.
int compare_versions(std::string_view one, std::string_view other);

}  // namespace plumb::providers::package::pacman
