// Random cases: few paths and accounts, so that resources meet.
#pragma once

#include <cstdint>

#include "testdata/meet/case.h"

namespace plumb::meet {

Case generate(std::uint64_t seed);

// What every account and group of a case may be called, and their rows.
void add_user(Start& start, const std::string& name, unsigned uid, unsigned gid, const std::string& home);
void add_group(Start& start, const std::string& name, unsigned gid, const std::string& members);

}  // namespace plumb::meet
