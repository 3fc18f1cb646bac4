// What the rules of a project make of a plan, and whether what they ask for is there.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "engine/config/opening_hours.h"
#include "engine/history/history.h"
#include "engine/policy/judge.h"
#include "engine/run/control.h"
#include "engine/run/workspace.h"

namespace plumb::run {

// What stands behind a plan, for rules that ask for it.
struct Standing {
  std::string ticket;  // "" for none
  // How many persons have approved the plan; empty where it was made just now, and nobody can have.
  std::function<Result<std::size_t>()> approvals;
};

// Judges a plan by the project's rules, and has its programs do so: of its bytes as they are now, whatever was said of
// it when it was made. Nothing in it where the project has no policy. Facts are those that the history knows, where
// they are the plan's.
policy::Judgement judge_plan(const Workspace& workspace, const history::RunStore& store, const plan::Plan& plan,
                             const std::string& plan_id, std::chrono::sys_seconds now, int stop);

// What is asked for and is not there, as errors. `windows` takes those that have to stay open.
Diagnostics unmet(const policy::Judgement& judgement, const Standing& standing, std::chrono::sys_seconds now,
                  std::vector<config::OpeningHours>& windows);

// Of the run that is begun: the ticket, the digests of the bundles, and what was waived.
std::map<std::string, std::string> notes_of(const policy::Policy& policy, const policy::Judgement& judgement,
                                            const Standing& standing);

}  // namespace plumb::run
