// Every two kinds in their states, on one thing and on neighbouring ones.
#pragma once

#include <cstddef>
#include <string>

#include "testdata/meet/case.h"

namespace plumb::meet {

std::size_t pair_count();
// So many neighbours in the count are one pair over several starts.
std::size_t pair_starts();
// Always the same for one place; `what` is told what it is about.
Case pair(std::size_t place, std::string& what);

// Each kind in its states by itself, over as many starts. `live`: on a host rather than on an image, where both can be.
std::size_t single_count();
Case single(std::size_t variant, std::size_t start, bool live);

}  // namespace plumb::meet
