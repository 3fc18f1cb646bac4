// What is asked for: a resource of any kind in any of its states.
#pragma once

#include <vector>

#include "testdata/meet/case.h"
#include "testdata/meet/scene.h"

namespace plumb::meet {

// `others`: those of the case so far.
Resource wanted(const Scene& scene, const std::vector<Resource>& others, Random& random);

}  // namespace plumb::meet
