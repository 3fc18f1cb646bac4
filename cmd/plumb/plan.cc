// plumb plan, plumb diff: what would change, as an artifact and for people.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/diff_revisions.h"
#include "cmd/plumb/planning.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "engine/base/file.h"

namespace plumb::cmd {
namespace {

struct PlanArguments {
  PlanningOptions planning;
  std::string revisions;  // of diff: "REV1..REV2"
  std::string file;
  bool detailed_exit_code = false;
};

void add_planning_options(CLI::App& command, PlanningOptions& planning) {
  add_tag_options(command, planning);
  command.add_flag("--full", planning.full, "Show operations and what each action stands on");
  command.add_option("--require", planning.require, "Refuse actions that are not exactly known")
      ->check(CLI::IsMember({"exact"}))
      ->type_name("exact");
  command.add_option("--snapshot", planning.snapshot, "Plan from what `plumb observe -o FILE` wrote; reach no host")
      ->type_name("FILE");
}

int make_and_print(Program& program, const PlanArguments& arguments) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  const SignalWatch signals([&] { workspace.control().request_stop(); });
  Progress progress(terminal);
  ExitCode code = kDone;
  const std::optional<Planned> planned =
      make_plan(workspace, program.options, arguments.planning, progress.observer(), code);
  progress.clear();
  if (!planned) return code;
  print_plan(*planned, terminal, arguments.planning);
  if (!arguments.file.empty()) {
    if (planned->result.plan.hosts.empty() || code == kInterrupted) {
      terminal.tell("No plan was written.\n");
    } else if (Result<> written = write_file(arguments.file, planned->artifact.bytes); !written) {
      workspace.diagnose(written.error());
      return kFailed;
    } else if (!terminal.json()) {
      terminal.print("\nWritten to " + arguments.file + "\n  id " + planned->artifact.id +
                     "\n  apply it with: plumb apply " + arguments.file + "\n");
    }
  }
  if (code == kDone && arguments.detailed_exit_code && !planned->result.plan.changes_nothing()) return kChangesPending;
  return code;
}

}  // namespace

void add_plan(Program& program) {
  auto arguments = std::make_shared<PlanArguments>();
  CLI::App* command = program.app.add_subcommand("plan", "Show what would change, and write it down as a plan");
  command->add_option("-o,--out", arguments->file, "Write the plan to FILE")->type_name("FILE");
  command->add_flag("--detailed-exitcode", arguments->detailed_exit_code,
                    "Exit with 2 when there is something to change");
  add_planning_options(*command, arguments->planning);
  command->callback([&program, arguments] { program.exit_code = make_and_print(program, *arguments); });
}

void add_diff(Program& program) {
  auto arguments = std::make_shared<PlanArguments>();
  arguments->detailed_exit_code = true;
  CLI::App* command =
      program.app.add_subcommand("diff", "Compare the hosts with the configuration; exit with 2 on a difference");
  command->add_option("REVISIONS", arguments->revisions,
                      "REV1..REV2: what a change between two git revisions means for the hosts; reaches none of them");
  add_planning_options(*command, arguments->planning);
  command->callback([&program, arguments] {
    program.exit_code = arguments->revisions.empty()
                            ? make_and_print(program, *arguments)
                            : diff_revisions(program, arguments->revisions, arguments->planning);
  });
}

}  // namespace plumb::cmd
