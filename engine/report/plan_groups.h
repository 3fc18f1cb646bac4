// What hosts of a plan have in common: equal lists of actions, and equal actions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace plumb::report {

// A list of actions with the hosts that have it. Of the plan, which outlives it.
struct ActionsOfHosts {
  const plan::ActionList* actions;
  std::vector<std::string> hosts;
};

// Each once, in order of their first host; hosts without actions have none.
std::vector<ActionsOfHosts> distinct_lists(const plan::Plan& plan);

struct ActionGroup {
  std::vector<std::string> hosts;
  std::size_t list = 0;                // the first one that has its actions
  std::vector<std::size_t> positions;  // of them in that list, in plan order
};

// Each distinct action once, under the set of hosts that have it; sets in order of their first host, actions in plan
// order. Actions themselves are not kept: of a large fleet they are many.
std::vector<ActionGroup> group_by_hosts(const std::vector<ActionsOfHosts>& lists);

}  // namespace plumb::report
