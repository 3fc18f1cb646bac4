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
  std::vector<std::string> addresses;  // --address
  std::string start_at;                // --start-at
  std::string snapshot;                // plan from this file and reach no host; "" for the hosts themselves

  run::PlanRequest request() const;
};

// How a command that plans is narrowed: `--tags`, `--skip-tags`, `--address` and `--start-at`; their names.
std::vector<std::string> add_narrowing_options(CLI::App& command, PlanningOptions& planning);

// The plan for people or, with --output json or jsonl, for programs.
void print_plan(const plan::Plan& plan, const std::string& id, Terminal& terminal, const PlanningOptions& planning,
                const Registry& kinds);

}  // namespace plumb::cmd
