// plumb history [show RUN | diff RUN RUN]: what ran, where, when, how long, and what it changed. What keeps a history
// true and safe stands in history_keeping.cc.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/plan/artifact.h"
#include "engine/report/history_comparison.h"
#include "engine/report/history_html.h"
#include "engine/report/history_text.h"
#include "engine/report/plan_outline.h"

namespace plumb::cmd {
namespace {

class HistoryCommand {
 public:
  explicit HistoryCommand(Program& program)
      : kinds_(program.options.kinds),
        html_(program.options.output == "html"),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_) {
    terminal_.set_json(program.options.output == "json");
  }

  // Nothing after it has told that there is none, and no project that could have one.
  bool expect_any() { return workspace_.expect_history(); }

  int list(std::int64_t limit, const std::string& host) {
    const Result<std::vector<history::RunSummary>> runs = workspace_.store().runs(limit, host);
    if (!runs) return complain(runs.error());
    if (html_) {
      terminal_.write(report::runs_html(*runs));
      return kDone;
    }
    terminal_.print(terminal_.json() ? report::runs_json(*runs).dump(2) + "\n"
                                     : report::runs_text(*runs, terminal_.color()));
    return kDone;
  }

  int show(const std::string& reference, bool with_plan) {
    const Result<history::RunRecord> run = workspace_.store().run(reference);
    if (!run) return complain(run.error());
    if (html_) {
      terminal_.write(report::run_record_html(*run));
      return kDone;
    }
    if (terminal_.json()) {
      terminal_.print(report::run_record_json(*run).dump(2) + "\n");
    } else {
      terminal_.print(report::run_record_text(*run, terminal_.color()));
    }
    return with_plan ? show_plan(run->summary.plan) : kDone;
  }

  int compare(const std::string& before, const std::string& after) {
    const Result<history::RunRecord> one = workspace_.store().run(before);
    if (!one) return complain(one.error());
    const Result<history::RunRecord> other = workspace_.store().run(after);
    if (!other) return complain(other.error());
    terminal_.print(terminal_.json() ? report::comparison_json(*one, *other).dump(2) + "\n"
                                     : report::comparison_text(*one, *other, terminal_.color()));
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
    terminal_.print("\n" + report::review_text(*plan, options));
    return kDone;
  }

  const Registry& kinds_;
  bool html_ = false;
  Terminal terminal_;
  Workspace workspace_;
};

struct HistoryArguments {
  std::int64_t limit = 20;
  std::string host;
  std::string run;
  std::string other;
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
  CLI::App* compare = command->add_subcommand("diff", "Say what came out otherwise in one run than in another");
  compare->add_option("BEFORE", arguments->run, "A run, as for `show`")->required()->type_name("RUN");
  compare->add_option("AFTER", arguments->other, "The other run")->required()->type_name("RUN");
  add_history_keeping(program, *command);

  command->callback([&program, arguments, show, compare, command] {
    HistoryCommand history(program);
    if (command->get_subcommands().empty() || show->parsed() || compare->parsed()) {
      program.exit_code = kInvalidConfiguration;
      if (!history.expect_any()) return;
    }
    if (show->parsed()) {
      program.exit_code = history.show(arguments->run, arguments->plan);
    } else if (compare->parsed()) {
      program.exit_code = history.compare(arguments->run, arguments->other);
    } else if (command->get_subcommands().empty()) {
      program.exit_code = history.list(arguments->limit, arguments->host);
    }
  });
}

}  // namespace plumb::cmd
