// From a declared rollout to the waves of a plan.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/config/rollout.h"
#include "engine/plan/rollout.h"

namespace plumb::simulate {

// `hosts` are those with something to do. `stages` hold the hosts of each declared stage; a host of two is of the first
// one. Sizes are of the hosts of a stage that have something to do; a share that comes to none is one host.
plan::Rollout make_rollout(const config::Rollout& declared, const std::vector<std::set<std::string>>& stages,
                           const std::set<std::string>& hosts);

}  // namespace plumb::simulate
