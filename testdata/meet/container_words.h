// What can be said of containers and what belongs to them.
#pragma once

#include <vector>

#include "testdata/meet/systems.h"

namespace plumb::meet {

void add_containers(std::vector<SystemWord>& words);

}  // namespace plumb::meet
