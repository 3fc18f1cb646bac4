// Versions as dpkg compares them.
#pragma once

#include <string_view>

namespace plumb::providers::package::apt {

// [EPOCH:]VERSION[-REVISION]. Below 0, 0 or above 0, as `one` is older than `other`, equal or newer.
int compare_versions(std::string_view one, std::string_view other);

}  // namespace plumb::providers::package::apt
