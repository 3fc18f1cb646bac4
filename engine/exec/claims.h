// What other projects of this host manage: each keeps a record of its own beside this one's.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/exec/root_files.h"
#include "engine/wire/messages.h"

namespace plumb::exec {

// The projects whose records hold one of these things, and which. A thing is the same in whatever module it is
// declared.
std::vector<wire::Claim> claims_of_others(const RootFiles& files, const std::string& project,
                                          std::span<const Address> things);

// Takes these addresses out of all other projects' records. The caller holds the host lock.
Result<> take_over(const RootFiles& files, const std::string& project, std::span<const Address> things);

}  // namespace plumb::exec
