// What a change of the configuration means for hosts, without reaching one: the newer revision of a project is planned
// on hosts that are as the older one declares them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/run/control.h"
#include "engine/run/workspace.h"

namespace plumb::run {

struct RevisionRequest {
  plan::Scope scope;                  // its patterns may match hosts of one revision alone
  std::map<std::string, Json> facts;  // as they were last told, by host
  std::string key;                    // digests of sensitive values of both revisions are keyed with it
};

struct RevisionDiff {
  plan::Plan plan;
  std::vector<std::string> joined;         // hosts of the newer revision alone
  std::vector<std::string> left;           // hosts of the older one alone
  std::vector<std::string> without_facts;  // what reads facts is left out of them
  bool without_readings = false;           // what reads readings, which nobody records, is left out of all
  std::size_t orphans = 0;                 // resources that are not declared any more

  bool differs() const;
};

// `old_found` and `found` are told what is wrong with the one revision and the other, whose files their spans are in;
// hosts that this keeps from being planned are among the plan's unplanned ones. Errors: kNoHostMatches where neither
// revision has one, kInterrupted where `control` stopped it.
Result<RevisionDiff> diff_revisions(const Workspace& before, const Workspace& after, const RevisionRequest& request,
                                    const Control& control, Diagnostics& old_found, Diagnostics& found);

}  // namespace plumb::run
