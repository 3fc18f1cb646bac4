// Planning: from a workspace and what its hosts are now to a plan and its artifact.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "engine/plan/artifact.h"
#include "engine/run/context.h"
#include "engine/run/plan_contents.h"
#include "engine/run/workspace.h"

namespace plumb::run {

struct PlanRequest {
  std::set<std::string> tags;            // resources with none of these are left out; empty: all are meant
  std::set<std::string> skip_tags;       // those with one of these are
  std::set<std::string> addresses = {};  // those that none of these patterns means are; empty: all are meant
  std::string start_at = {};       // so is what comes before the first one that this pattern means; "" for nothing
  bool exact = false;              // a plan with actions that are not exactly known is stale
  std::filesystem::path snapshot;  // planned from this, and no host is reached; empty: from the hosts
  bool prune = false;              // orphans go; not from a snapshot, which has nothing of them
};

struct Planned {
  plan::Plan plan;
  std::string plan_id;
  std::optional<std::string> document;  // of a plan that is not large
  ContentHolders contents;              // of the large ones that the plan names
  HostResults hosts;
  RunOutcome outcome = RunOutcome::kOk;  // of the hosts and of what was asked of the plan
  bool broken = false;                   // the configuration has errors that came up only now
  Result<> kept = {};                    // whether the history took what hosts told; where not, a warning was told
  std::unique_ptr<Fleet> fleet;          // of the hosts that were reached, to carry the plan out; null after a snapshot
};

plan::Scope scope_of(const Workspace& workspace, const PlanRequest& request);

// What a scope names and the project cannot have.
void check_scope(const config::Project& project, const plan::Scope& scope, Diagnostics& diagnostics);

// Nothing where the configuration cannot be planned. The context is told all that is found; late reports of the hosts
// and their facts are in the history afterwards.
std::optional<Planned> make_plan(Workspace& workspace, const PlanRequest& request, const RunContext& context);

// `planned` has the hosts, and what each of them is to be asked for.
std::optional<Planned> finish_plan(Planned planned, const plan::Scope& scope, bool exact, const RunContext& context);

}  // namespace plumb::run
