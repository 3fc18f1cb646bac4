// Plans that were made before: from a file, or of an earlier run.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "engine/history/history.h"
#include "engine/plan/artifact.h"
#include "engine/run/workspace.h"

namespace plumb::run {

struct SavedPlan {
  plan::Plan plan;
  std::string id;
  std::filesystem::path contents;   // its folder of contents, which need not exist; "" where it has none
  bool resumed = false;             // it goes on with an earlier run, whose history has it
  std::filesystem::path file = {};  // that it was read from; "" where it was not
  std::map<std::string, std::set<std::string>> passed_readings = {};  // of one that is resumed: see passed_readings.h
};

// Errors: kPlanUnreadable.
Result<SavedPlan> read_saved_plan(std::string_view bytes, const Registry& kinds);

// The same from its file, with the folder of contents beside it. Errors: also those of read_file().
Result<SavedPlan> read_plan_file(const std::filesystem::path& file, const Registry& kinds);

// The plan of an earlier run (its id, a prefix of it, or `last`), without the hosts that ended well in it or in another
// run of the same plan. Its folder of contents is where it was when it was last applied. Of hosts that had no plan,
// `found` is told. Errors: kNoSuchRun, also where the history has the plan's id alone.
Result<SavedPlan> plan_to_resume(const history::RunStore& store, const Registry& kinds, const std::string& reference,
                                 Diagnostics& found);

// Whether the plan belongs to the project as it is now: of another project or engine, or with hosts that are gone, it
// is an error; what was changed or joined since is told. `resumed`: hosts are left out of it on purpose. Gives the
// hosts of the plan that were chosen. Ends early, with an error, once `stopped` is true.
std::set<std::string> check_against(const Workspace& workspace, const plan::Plan& plan, bool resumed,
                                    const std::function<bool()>& stopped, Diagnostics& found);

}  // namespace plumb::run
