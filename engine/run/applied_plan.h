// A saved plan that was applied, with what stood behind it: for somebody else to see.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "engine/history/history.h"
#include "engine/run/saved_plan.h"

namespace plumb::run {

struct AppliedPlan {
  std::string id;
  std::set<std::string> hosts;               // that ended well in some run of it
  bool sealed = false;                       // holds keyed digests of sensitive values
  std::map<std::string, std::string> files;  // "plan.json", and beside it its signature and approvals: their bytes
};

// Whoever gets it checks signatures and approvals; here approvals of other plans are left out. Errors: kNoSuchRun where
// the history knows no run of the plan that ended well on a host; those of reading it.
Result<AppliedPlan> read_applied_plan(const std::filesystem::path& file, const Registry& kinds,
                                      const history::RunStore& store);

}  // namespace plumb::run
