// Versions as apk compares them: 1.2.3a_rc1-r4.
#pragma once

#include <string_view>

namespace plumb::providers::package::apk {

// Below 0, 0 or above 0.
int compare_versions(std::string_view one, std::string_view other);

}  // namespace plumb::providers::package::apk
