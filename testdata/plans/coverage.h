// What plans show of all that a plan can hold.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace plumb::testing {

struct Coverage {
  std::set<std::string> ops;
  std::set<std::string> reasons;
  std::set<std::string> fidelities;
  std::set<std::string> operations;
};

Coverage coverage_of(const plan::Plan& plan);

// As Markdown: how many cases there are of each, and which each case covers.
std::string coverage_table(const std::map<std::string, Coverage>& cases);

// Every op, reason and fidelity that no case covers, named.
std::vector<std::string> uncovered(const std::map<std::string, Coverage>& cases);

}  // namespace plumb::testing
