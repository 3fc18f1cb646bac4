// plumb history [show RUN | verify]: what ran, where, when, how long, and what it changed.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/plan/artifact.h"
#include "engine/report/history_text.h"
#include "engine/report/plan_text.h"

namespace plumb::cmd {
namespace {

class HistoryCommand {
 public:
  explicit HistoryCommand(Program& program)
      : kinds_(program.options.kinds), terminal_(program.options.no_color), workspace_(program.options, terminal_) {
    terminal_.set_json(program.options.output == "json");
  }

  int list(std::int64_t limit, const std::string& host) {
    const Result<std::vector<history::RunSummary>> runs = workspace_.store().runs(limit, host);
    if (!runs) return complain(runs.error());
    terminal_.print(terminal_.json() ? report::runs_json(*runs).dump(2) + "\n"
                                     : report::runs_text(*runs, terminal_.color()));
    return kDone;
  }

  int show(const std::string& reference, bool with_plan) {
    const Result<history::RunRecord> run = workspace_.store().run(reference);
    if (!run) return complain(run.error());
    if (terminal_.json()) {
      terminal_.print(report::run_record_json(*run).dump(2) + "\n");
    } else {
      terminal_.print(report::run_record_text(*run, terminal_.color()));
    }
    return with_plan ? show_plan(run->summary.plan) : kDone;
  }

  int verify() {
    const Result<history::Verification> found = workspace_.store().verify();
    if (!found) return complain(found.error());
    if (found->broken) {
      terminal_.print("Broken at run " + found->broken->run + ": " + found->broken->reason + "\n");
      return kFailed;
    }
    terminal_.print("Whole: " + std::to_string(found->entries) + " entries" +
                    (found->head.empty() ? "" : ", head " + found->head) + "\n");
    if (found->unfinished > 0) {
      terminal_.print("Runs that never ended, and that nothing seals: " + std::to_string(found->unfinished) + "\n");
    }
    return kDone;
  }

 private:
  int complain(const Error& error) {
    workspace_.diagnose(error);
    return kFailed;
  }

  int show_plan(const std::string& id) {
    const Result<std::optional<std::string>> bytes = workspace_.store().plan_bytes(id);
    if (!bytes) return complain(bytes.error());
    if (!*bytes) return complain(fail(Code::kNoSuchRun, "the history does not hold the plan of this run"));
    if (terminal_.json()) {
      terminal_.print(**bytes + "\n");
      return kDone;
    }
    const Result<plan::Plan> plan = plan::read_artifact(**bytes, kinds_);
    if (!plan) return complain(plan.error());
    report::PlanTextOptions options;
    options.color = terminal_.color();
    options.kinds = &kinds_;
    terminal_.print("\n" + report::plan_text(*plan, options) + report::plan_summary(*plan, options));
    return kDone;
  }

  const Registry& kinds_;
  Terminal terminal_;
  Workspace workspace_;
};

struct HistoryArguments {
  std::int64_t limit = 20;
  std::string host;
  std::string run;
  bool plan = false;
};

}  // namespace

void add_history(Program& program) {
  auto arguments = std::make_shared<HistoryArguments>();
  CLI::App* command = program.app.add_subcommand("history", "List the runs, newest first");
  command->add_option("--limit", arguments->limit, "At most N runs")->check(CLI::Range(1, 1000000))->type_name("N");
  command->add_option("--host", arguments->host, "Only runs on this host")->type_name("HOST");
  command->require_subcommand(0, 1);

  CLI::App* show = command->add_subcommand("show", "Show one run");
  show->add_option("RUN", arguments->run, "Its id, a prefix of it, or `last`")->required();
  show->add_flag("--plan", arguments->plan, "Show its plan as well");
  CLI::App* verify =
      command->add_subcommand("verify", "Check that the records were not changed after they were written");

  command->callback([&program, arguments, show, verify] {
    HistoryCommand history(program);
    if (show->parsed()) {
      program.exit_code = history.show(arguments->run, arguments->plan);
    } else if (verify->parsed()) {
      program.exit_code = history.verify();
    } else {
      program.exit_code = history.list(arguments->limit, arguments->host);
    }
  });
}

}  // namespace plumb::cmd
