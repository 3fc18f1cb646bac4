// plumb plan, plumb diff: what would change, as an artifact and for people.

#include <algorithm>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/diff_revisions.h"
#include "cmd/plumb/events.h"
#include "cmd/plumb/plan_document.h"
#include "cmd/plumb/planning.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/policy/told.h"
#include "engine/report/run_text.h"
#include "engine/run/judged_plan.h"

namespace plumb::cmd {
namespace {

struct PlanArguments {
  PlanningOptions planning;
  std::string revisions;  // of diff: "REV1..REV2"
  std::string file;
  bool with_contents = false;
  bool detailed_exit_code = false;
};

// Of `plan` and `diff`.
void add_planning_options(CLI::App& command, PlanningOptions& planning) {
  add_narrowing_options(command, planning);
  add_showing_options(command, planning.full, planning.outline);
  command.add_option("--require", planning.require, "Refuse actions that are not exactly known")
      ->check(CLI::IsMember({"exact"}))
      ->type_name("exact");
  command.add_option("--snapshot", planning.snapshot, "Plan from what `plumb observe -o FILE` wrote; reach no host")
      ->excludes(add_prune_option(command, planning))
      ->type_name("FILE");
}

// What the project's rules make of it, told like all else that was found. Whether the plan may be applied as it is.
bool tell_judgement(Workspace& workspace, const run::Planned& planned) {
  const policy::Judgement judgement = run::judge_plan(
      workspace.loaded(), workspace.store(), planned.plan, planned.plan_id,
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()), workspace.control().interrupt().fd());
  workspace.diagnose(policy::diagnostics_of(judgement));
  return !judgement.denies();
}

enum class Judged { kYes, kNo };

int make_and_print(Program& program, const PlanArguments& arguments, Judged judged, Terminal& terminal,
                   run::HostResults& results) {
  Workspace workspace(program.options, terminal);
  const SignalWatch signals([&] { workspace.control().request_stop(); });
  Progress progress(terminal, program.options);
  workspace.only_plan();
  if (!workspace.load()) return kInvalidConfiguration;
  const std::optional<run::RunContext> context = workspace.context(progress.observer());
  std::optional<run::Planned> planned =
      context ? run::make_plan(workspace.loaded(), arguments.planning.request(), *context) : std::nullopt;
  if (!planned) return workspace.stopped() ? kInterrupted : kInvalidConfiguration;
  results = planned->hosts;
  const bool is_document = wants_document(program.options);
  if (is_document) {
    print_document(planned->plan, planned->plan_id, {"", report::failures_text(results, false)}, terminal,
                   program.options);
  } else {
    print_plan_to_read(planned->plan, planned->plan_id, terminal, arguments.planning, program.options);
  }
  const bool denied =
      judged == Judged::kYes && !planned->plan.changes_nothing() && !tell_judgement(workspace, *planned);
  const ExitCode code =
      exit_code_of(std::max({planned->outcome, planned->broken ? RunOutcome::kFailed : RunOutcome::kOk,
                             denied ? RunOutcome::kStale : RunOutcome::kOk}));
  if (!arguments.file.empty()) {
    if (planned->plan.hosts.empty() || code == kInterrupted) {
      terminal.tell("No plan was written.\n");
    } else if (const std::vector<std::string>& unmade = workspace.loaded().unmade_secrets(); !unmade.empty()) {
      workspace.diagnose(fail(Code::kSecretGenerate, "no plan was written: `" + unmade.front() + "` is not made yet")
                             .hint("`plumb secret make` makes it; nobody could apply a plan that was made before"));
      return kInvalidConfiguration;
    } else if (Result<> written = write_plan(*planned, arguments.file, arguments.with_contents); !written) {
      workspace.diagnose(written.error());
      return kFailed;
    } else if (!terminal.json() && !is_document) {
      terminal.print(written_text(arguments.file, planned->plan_id, denied, program.options));
    }
  }
  // What a host's record calls a thing is brought about by an apply too.
  const bool pending = !planned->plan.changes_nothing() || planned->plan.changes_records();
  if (code == kDone && arguments.detailed_exit_code && pending) return kChangesPending;
  return code;
}

int plan_or_diff(Program& program, const PlanArguments& arguments, const std::string& command) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  const std::unique_ptr<EventStream> events = start_events(program.options, command, terminal);
  run::HostResults results;
  const Judged judged = command == "plan" ? Judged::kYes : Judged::kNo;
  const int code = make_and_print(program, arguments, judged, terminal, results);
  end_events(events.get(), results, code, "");
  return code;
}

}  // namespace

void add_plan(Program& program) {
  auto arguments = std::make_shared<PlanArguments>();
  CLI::App* command = program.app.add_subcommand("plan", "Show what would change, and write it down as a plan");
  CLI::Option* const file =
      command->add_option("-o,--out", arguments->file, "Write the plan to FILE")->type_name("FILE");
  command
      ->add_flag("--with-contents", arguments->with_contents,
                 "Write large contents to FILE.contents too, to apply the plan without the project's files")
      ->needs(file);
  command->add_flag("--detailed-exitcode", arguments->detailed_exit_code,
                    "Exit with 2 when there is something to change");
  add_planning_options(*command, arguments->planning);
  command->callback([&program, arguments] { program.exit_code = plan_or_diff(program, *arguments, "plan"); });
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
    if (!arguments->revisions.empty() && program.options.output == "jsonl") {
      throw CLI::ValidationError(
          "--output",
          "jsonl follows hosts; a difference of revisions reaches none, and takes json, markdown and "
          "html");
    }
    program.exit_code = arguments->revisions.empty()
                            ? plan_or_diff(program, *arguments, "diff")
                            : diff_revisions(program, arguments->revisions, arguments->planning);
  });
}

}  // namespace plumb::cmd
