// Observing resources that share no reading: one after another.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb {

// What `observe_one`, called with each of them, says of it.
template <class ObserveOne>
std::vector<Result<Observed>> observe_each(std::span<const Desired* const> desired, ObserveOne&& observe_one) {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  for (const Desired* one : desired) results.push_back(observe_one(*one));
  return results;
}

}  // namespace plumb
