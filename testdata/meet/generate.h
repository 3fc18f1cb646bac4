// Random cases: few paths and accounts, so that resources meet.
#pragma once

#include <cstdint>

#include "testdata/meet/case.h"
#include "testdata/meet/versions.h"

namespace plumb::meet {

Case generate(std::uint64_t seed);
// What becomes of such a project, over two or three versions.
Versions generate_versions(std::uint64_t seed);

}  // namespace plumb::meet
