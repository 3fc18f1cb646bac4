// What is there of an account: its row in each file, its groups, its home.
#pragma once

#include "providers/sdk/account_files.h"
#include "providers/sdk/provider.h"

namespace plumb::providers::user {

// Errors: kCannotObserve where something is asked for that only /etc/shadow tells, and it cannot be read.
Result<Observed> observe_user(const Desired& desired, const AccountFiles& files, System& system);

}  // namespace plumb::providers::user
