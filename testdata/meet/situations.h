// Situations in which people reported that two resources undid each other, lost something, or failed half way.
#pragma once

#include <string>
#include <vector>

#include "testdata/meet/case.h"
#include "testdata/meet/judge.h"

namespace plumb::meet {

struct Situation {
  std::string name;
  Case one;
  End end = End::kHeld;     // as it has to
  bool taken_back = false;  // in the end, so that all is as before
};

std::vector<Situation> situations();

}  // namespace plumb::meet
