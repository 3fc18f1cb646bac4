// What upgrading all packages of a host with apt would do.
#pragma once

#include "providers/sdk/provider.h"

namespace plumb::providers::package::apt {

// See UpgradeProvider for what is told.
Result<Observed> look_at_upgrade(const Desired& desired, System& system);

}  // namespace plumb::providers::package::apt
