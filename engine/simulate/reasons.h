// Why attributes change.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb::simulate {

// A resource as the last run left it. What is referred to outlives this.
struct Recorded {
  const Json& attributes;
  bool there;                              // it was to be there
  const std::vector<std::string>& judged;  // see Kind
};

// Attribute -> config, drift or both.
std::map<std::string, std::string> reasons(const Change& change, const Desired& desired, const Observed& observed,
                                           const Recorded& recorded);
// "first" for each: nothing is recorded.
std::map<std::string, std::string> first_reasons(const Change& change);

}  // namespace plumb::simulate
