// Names of hosts as ssh keeps them where they are not to be read: "|1|SALT|HASH", both in base64.
#pragma once

#include <string_view>

namespace plumb {

// Whether this is that name.
bool is_hashed_name(std::string_view hashed, std::string_view name);

}  // namespace plumb
