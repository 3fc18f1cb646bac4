// What plan, diff and apply share: their options, and the plan as it is shown.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cmd/plumb/options.h"
#include "cmd/plumb/terminal.h"
#include "engine/run/planning.h"

namespace plumb::cmd {

struct PlanningOptions {
  std::string require;  // "exact": refuse anything less
  bool full = false;
  bool outline = false;                // --summary
  std::vector<std::string> tags;       // --tags
  std::vector<std::string> skip_tags;  // --skip-tags
  std::vector<std::string> addresses;  // --address
  std::string start_at;                // --start-at
  bool prune = false;                  // --prune
  std::string snapshot;                // plan from this file and reach no host; "" for the hosts themselves

  run::PlanRequest request() const;
};

// How a command that plans is narrowed: `--tags`, `--skip-tags`, `--address` and `--start-at`; their names.
std::vector<std::string> add_narrowing_options(CLI::App& command, PlanningOptions& planning);

// `--prune`.
CLI::Option* add_prune_option(CLI::App& command, PlanningOptions& planning);

// Writes the plan's document, and beside it the contents that apply needs besides the project; all of its large ones
// where that is asked for.
Result<> write_plan(const run::Planned& planned, const std::string& file, bool with_contents);
// Where it is, and how it is applied; `denied`: that rules of the project refuse it.
std::string written_text(const std::string& file, const std::string& id, bool denied, const Options& options);

// The plan for people or, with --output json or jsonl, for programs.
void print_plan(const plan::Plan& plan, const std::string& id, Terminal& terminal, const PlanningOptions& planning,
                const Registry& kinds);
// The same where nothing is asked after it: a pager shows what is longer than the screen.
void print_plan_to_read(const plan::Plan& plan, const std::string& id, Terminal& terminal,
                        const PlanningOptions& planning, const Options& options);

// How much of a plan is shown: `--summary`, `--full`.
void add_showing_options(CLI::App& command, bool& full, bool& outline);

}  // namespace plumb::cmd
