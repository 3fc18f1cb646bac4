// What plan, diff and apply share: their options, and the plan as it is shown.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cmd/plumb/terminal.h"
#include "engine/run/planning.h"

namespace plumb::cmd {

struct PlanningOptions {
  std::string require;  // "exact": refuse anything less
  bool full = false;
  std::vector<std::string> tags;       // --tags
  std::vector<std::string> skip_tags;  // --skip-tags
  std::string snapshot;                // plan from this file and reach no host; "" for the hosts themselves

  run::PlanRequest request() const;
};

// `--tags` and `--skip-tags` of a command that plans.
void add_tag_options(CLI::App& command, PlanningOptions& planning);

// The plan for people or, with --output json or jsonl, for programs.
void print_plan(const plan::Plan& plan, const std::string& id, Terminal& terminal, const PlanningOptions& planning,
                const Registry& kinds);

}  // namespace plumb::cmd
