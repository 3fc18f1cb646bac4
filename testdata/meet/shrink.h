// The smallest case that still ends as a given one.
#pragma once

#include <functional>

#include "testdata/meet/case.h"

namespace plumb::meet {

// `fails`: whether a case ends as the first one did. Takes away resources, attributes, and parts of the start, one at a
// time, until nothing more can go.
Case shrink(Case one, const std::function<bool(const Case&)>& fails);

}  // namespace plumb::meet
