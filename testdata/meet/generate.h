// Random cases: few paths and accounts, so that resources meet.
#pragma once

#include <cstdint>

#include "testdata/meet/case.h"

namespace plumb::meet {

Case generate(std::uint64_t seed);

}  // namespace plumb::meet
