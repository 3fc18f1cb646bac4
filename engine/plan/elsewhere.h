// Hosts that wait for one that does something for them too.
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/plan/plan.h"

namespace plumb::plan {

// Leaves of what other hosts do for a host what is to be told: that it is waited for, since that host has an action for
// it, or that it is not done, since the plan has no such host.
void keep_elsewhere_that_counts(Plan& plan);

// The hosts of the plan for which this one waits, those without a plan among them.
std::set<std::string> waited_for(const Plan& plan, const std::string& host);

// Of hosts that wait in vain, why: a roll-out has those that they wait for in a later wave, or these might wait for
// them in turn, which no plan has that plumb makes.
std::map<std::string, std::string> waits_in_vain(const Plan& plan);

}  // namespace plumb::plan
