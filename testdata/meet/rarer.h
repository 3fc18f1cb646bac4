// What of each kind is said seldom, and what is seldom on a host: so that every attribute is met, and no case is full
// of them.
#pragma once

#include <string>
#include <vector>

#include "testdata/meet/case.h"
#include "testdata/meet/random.h"

namespace plumb::meet {

// The words of one case.
struct Words {
  const std::vector<std::string>& paths;
  const std::vector<std::string>& accounts;
  const std::vector<std::string>& groups;
};

void add_rarer(Resource& resource, const Words& words, Random& random);
// Access lists, second names of files, accounts that stand twice or in halves.
void add_rarer(Start& start, const Words& words, Random& random);

}  // namespace plumb::meet
