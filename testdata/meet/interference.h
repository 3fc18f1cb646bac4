// What somebody else does on a host between a plan and its apply.
#pragma once

#include <set>
#include <string>

#include "testdata/meet/image.h"
#include "testdata/meet/random.h"

namespace plumb::meet {

// Changes, makes or takes away one of the paths, or something beside it, or an account or group of the plan's document.
// What was done, in words; "" where nothing could be.
std::string interfere(const Image& image, const std::string& plan, const std::set<std::string>& paths, Random& random);

}  // namespace plumb::meet
