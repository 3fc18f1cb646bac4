// What plan, diff and apply share: observe the chosen hosts, plan them, say what went wrong.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/workspace.h"
#include "engine/plan/artifact.h"

namespace plumb::cmd {

struct PlanningOptions {
  std::string require;  // "exact": refuse anything less
  bool full = false;
  std::vector<std::string> tags;       // --tags
  std::vector<std::string> skip_tags;  // --skip-tags
  std::string snapshot;                // plan from this file and reach no host; "" for the hosts themselves
};

struct Planned {
  std::unique_ptr<run::Fleet> fleet;  // null where a snapshot was planned
  run::FleetPlan result;
  plan::Artifact artifact;
  ExitCode code = kDone;  // of the planning alone
};

// `--tags` and `--skip-tags` of a command that plans.
void add_tag_options(CLI::App& command, PlanningOptions& planning);

plan::Scope scope_of(const Options& options, const PlanningOptions& planning);

// Nothing after it has told what is wrong and why there is no plan; `code` says how to exit then.
std::optional<Planned> make_plan(Workspace& workspace, const Options& options, const PlanningOptions& planning,
                                 run::RunObserver observer, ExitCode& code);

// The plan for people or, with --output json, for programs.
void print_plan(const Planned& planned, Terminal& terminal, const PlanningOptions& planning);

}  // namespace plumb::cmd
