// Observing resources that have their turn one after another: what each finds when it comes.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "providers/sdk/foresight.h"

namespace plumb {

// One of them. Those that are left out do nothing; what is ignored counts only where nothing is there.
struct ForeseenResource {
  const Desired* desired = nullptr;
  bool left_out = false;
  std::set<std::string> ignored = {};
};

// Of each, in order, what it finds, by what those before it do; and where a later one takes back what it asks for,
// that.
std::vector<Result<Observed>> foresee(const Registry& kinds, System& now, ForeseenSystem::Self self,
                                      std::span<const ForeseenResource> resources, const Foresight::Observe& observe);

}  // namespace plumb
