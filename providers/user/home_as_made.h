// Whether a home is still what came with its account, so that an undo may take both.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "providers/sdk/system.h"

namespace plumb::providers::user {

// Paths, the first ones, of what lies in the home and /etc/skel has not, or has otherwise. Mail is the account's own as
// much as what lies in its home.
Result<Json> what_came_since(const std::string& user, const std::string& home, std::uint32_t uid, System& system);

}  // namespace plumb::providers::user
