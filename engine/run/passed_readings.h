// A run that goes on with a plan finds what that plan has done already, and so readings that are no longer what they
// were.
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/history/history.h"
#include "engine/plan/plan.h"
#include "providers/sdk/kind.h"

namespace plumb::run {

// By host: readings of files and paths that an action of the plan changes, where that one and all before it are done in
// `run`, an earlier run of the plan. What comes of them was before that action, since what comes after it is left to
// the next plan: nothing that is to be done yet stands on them.
std::map<std::string, std::set<std::string>> passed_readings(const plan::Plan& plan, const history::RunRecord& run,
                                                             const Registry& kinds);

}  // namespace plumb::run
