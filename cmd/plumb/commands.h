// The subcommands. Each adds itself to the program and, when it is the one asked for, sets the exit code.
#pragma once

#include <CLI/CLI.hpp>

#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/options.h"

namespace plumb::cmd {

// What stands there is a program's own, and may be empty.
inline constexpr const char* kProgramWords = "PROGRAM";

// What a command gets and gives.
struct Program {
  CLI::App app;
  Options options;
  int exit_code = kDone;
};

void add_adopt(Program& program);
void add_import(Program& program);
void add_import_inventory(Program& program, CLI::App& import);  // what stands below it in import_inventory.cc
void add_init(Program& program);
void add_validate(Program& program);
void add_fmt(Program& program);
void add_output(Program& program);
void add_plan(Program& program);
void add_policy(Program& program);
void add_provider(Program& program);
void add_charter(Program& program);
void add_project_key(Program& program);
void add_key(Program& program);
void add_show(Program& program);
void add_sign(Program& program);
void add_verify(Program& program);
void add_apply(Program& program);
void add_approve(Program& program);
void add_ci(Program& program);
void add_compliance(Program& program);
void add_completion(Program& program);
void add_diff(Program& program);
void add_doctor(Program& program);
void add_history(Program& program);
void add_history_keeping(Program& program, CLI::App& history);  // what stands below it in history_keeping.cc
void add_undo(Program& program);
void add_forget(Program& program);
void add_observe(Program& program);
void add_facts(Program& program);
void add_get(Program& program);
void add_help(Program& program);
void add_hosts(Program& program);
void add_graph(Program& program);
void add_eval(Program& program);
void add_explain(Program& program);
void add_lock(Program& program);
void add_locks(Program& program);
void add_lsp(Program& program);
void add_man(Program& program);
void add_module(Program& program);
void add_run(Program& program);
void add_schema(Program& program);
void add_secret(Program& program);
void add_test(Program& program);
void add_unlock(Program& program);
void add_version(Program& program);

}  // namespace plumb::cmd
