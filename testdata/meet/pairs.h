// Every two kinds in their states, on one thing and on neighbouring ones.
#pragma once

#include <functional>
#include <vector>

#include "testdata/meet/case.h"

namespace plumb::meet {

struct Pair {
  std::function<Case()> make;
};

std::vector<Pair> all_pairs();

}  // namespace plumb::meet
