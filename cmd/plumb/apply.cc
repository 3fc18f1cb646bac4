// plumb apply [FILE]: plan and apply, or apply a saved plan.

#include <algorithm>
#include <array>

#include <pwd.h>
#include <unistd.h>

#include "cmd/plumb/ask.h"
#include "cmd/plumb/commands.h"
#include "cmd/plumb/events.h"
#include "cmd/plumb/planning.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/report/plan_text.h"
#include "engine/report/run_text.h"
#include "engine/run/journalist.h"
#include "engine/run/project_key.h"

namespace plumb::cmd {
namespace {

constexpr std::size_t kMaxPlan = std::size_t{256} << 20;
// Where runs are gone on with, this far back.
constexpr std::int64_t kRunsOfAPlan = 1000;

struct ApplyArguments {
  std::string file;
  std::string resume;  // a run
  bool keep_going = false;
  bool ignore_window = false;
  bool detailed_exit_code = false;
  PlanningOptions planning;
};

std::string operator_name() {
  std::array<char, 256> machine{};
  gethostname(machine.data(), machine.size() - 1);
  const passwd* account = getpwuid(getuid());
  return (account == nullptr ? "uid " + std::to_string(getuid()) : std::string(account->pw_name)) + "@" +
         machine.data();
}

class Apply {
 public:
  Apply(Program& program, const ApplyArguments& arguments)
      : program_(program),
        arguments_(arguments),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_),
        progress_(terminal_, program.options) {
    terminal_.set_json(program.options.output == "json");
  }

  int run() {
    const std::unique_ptr<EventStream> events = start_events(program_.options, "apply", terminal_);
    const SignalWatch signals([this] { stop(); });
    const int code = carry_out();
    end_events(events.get(), results_, code, way_on_);
    return code;
  }

 private:
  int carry_out() {
    if (!arguments_.resume.empty()) return resume();
    return arguments_.file.empty() ? plan_and_apply() : apply_saved();
  }

  void stop() {
    workspace_.control().request_stop();
    if (workspace_.control().level() == run::StopLevel::kFinish) {
      terminal_.tell("\nStopping: actions in hand are finished and recorded. Press Ctrl-C again to leave at once.\n");
    }
  }

  // Refuses before a host is touched; what the window is ignored for, the history notes.
  bool may_begin() {
    if (!plan_.rollout || plan_.rollout->windows.empty()) return true;
    const std::vector<Window>& windows = plan_.rollout->windows;
    const std::chrono::sys_seconds time = current_time();
    Result<config::OpeningHours> hours = config::OpeningHours::of(windows);
    if (arguments_.ignore_window) {
      window_ignored_ = !hours || !hours->is_open(time);
      return true;
    }
    if (!hours) {
      workspace_.diagnose(std::move(hours.error()).during("looking up when hosts may be changed"));
      return false;
    }
    if (!hours->is_open(time)) {
      workspace_.diagnose(outside(windows, hours->next_opening(time), time));
      return false;
    }
    hours_ = std::move(*hours);
    return true;
  }

  static Error outside(const std::vector<Window>& windows, std::optional<std::chrono::sys_seconds> next,
                       std::chrono::sys_seconds now) {
    const std::string opens = next ? "it opens next at " + rfc3339(*next) + "; " : "";
    return fail(Code::kOutsideWindow, "hosts may be changed " + text_of(windows) + ", and it is " + rfc3339(now))
        .hint(opens + "--ignore-window does not wait for it");
  }

  static std::chrono::sys_seconds current_time() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }

  int plan_and_apply() {
    ExitCode code = kDone;
    std::optional<Planned> planned = make_plan(workspace_, program_.options, arguments_.planning, progress_, code);
    if (!planned) return code;
    if (terminal_.events() != nullptr) print_plan(*planned, terminal_, arguments_.planning);
    fleet_ = std::move(planned->fleet);
    plan_ = std::move(planned->result.plan);
    artifact_ = std::move(planned->artifact);
    results_ = std::move(planned->result.hosts);
    if (code == kInterrupted || code == kStalePlan) return code;
    if (!terminal_.json()) {
      report::PlanTextOptions options;
      options.color = terminal_.color();
      options.full = arguments_.planning.full;
      terminal_.print(report::plan_text(plan_, options) + report::plan_summary(plan_, terminal_.color()));
    }
    if (plan_.hosts.empty()) return code;
    if (!plan_.changes_nothing()) {
      if (!may_begin()) return kStalePlan;
      if (const ExitCode refused = confirm(); refused != kDone) return refused;
    }
    return execute(false);
  }

  int apply_saved() {
    Result<std::string> bytes = read_file(arguments_.file, kMaxPlan);
    if (const Result<> read = bytes ? take_plan(std::move(*bytes)) : Result<>(bytes.error()); !read) {
      workspace_.diagnose(Error(read.error()).during("reading the plan " + arguments_.file));
      return kInvalidConfiguration;
    }
    return apply_plan();
  }

  Result<> take_plan(std::string bytes) {
    PLUMB_TRY_ASSIGN(plan_, plan::read_artifact(bytes, program_.options.kinds));
    artifact_.id = digest(bytes);
    artifact_.bytes = std::move(bytes);
    return {};
  }

  // The plan of an earlier run, on the hosts that did not end well in it.
  int resume() {
    Diagnostics found;
    if (const Result<> read = take_plan_of(arguments_.resume, found); !read) {
      workspace_.diagnose(read.error());
      return kFailed;
    }
    workspace_.diagnose(found);
    if (plan_.hosts.empty()) {
      if (!terminal_.json()) terminal_.print("Nothing is left of run " + arguments_.resume + ".\n");
      return kDone;
    }
    return apply_plan();
  }

  Result<> take_plan_of(const std::string& reference, Diagnostics& found) {
    PLUMB_TRY_ASSIGN(const history::History history, history::History::open_read_only(workspace_.history_path()));
    PLUMB_TRY_ASSIGN(const history::RunRecord run, history.run(reference));
    PLUMB_TRY_ASSIGN(const std::optional<std::string> bytes, history.plan_bytes(run.summary.plan));
    if (!bytes) {
      return fail(Code::kNoSuchRun, "the history holds no plan of run " + run.summary.id)
          .hint("make a new one with `plumb plan`");
    }
    PLUMB_TRY(take_plan(*bytes));
    // The run may itself have gone on with an earlier one of this plan.
    PLUMB_TRY_ASSIGN(const std::vector<history::RunSummary> runs, history.runs(kRunsOfAPlan));
    for (const history::RunSummary& one : runs) {
      if (one.plan != run.summary.plan) continue;
      PLUMB_TRY_ASSIGN(const history::RunRecord record, history.run(one.id));
      for (const history::HostOutcome& host : record.hosts) {
        if (host.state == run::name(run::HostState::kOk)) plan_.hosts.erase(host.name);
      }
    }
    for (const auto& [host, unused] : plan_.unplanned) {
      found.add(Diagnostic(Code::kHostNotInPlan, "run " + run.summary.id + " had no plan for this host")
                    .as(Severity::kWarning)
                    .on(host)
                    .with_hint("plumb apply --on '" + host + "'"));
    }
    return {};
  }

  int apply_plan() {
    if (!workspace_.load()) return kInvalidConfiguration;
    Diagnostics found;
    const std::set<std::string> hosts = check_against_project(found);
    workspace_.diagnose(found);
    if (found.has_errors()) return kStalePlan;
    fleet_ = workspace_.fleet(hosts, progress_.observer());
    if (fleet_ == nullptr) return kInvalidConfiguration;
    if (!terminal_.json())
      terminal_.print(report::scope_text(plan_, terminal_.color()) + report::plan_summary(plan_, terminal_.color()));
    if (plan_.changes_nothing()) return kDone;
    if (!may_begin()) return kStalePlan;
    if (const ExitCode refused = confirm(); refused != kDone) return refused;
    return execute(true);
  }

  // The hosts of the plan; what joined since is told, what is gone is an error.
  std::set<std::string> check_against_project(Diagnostics& found) {
    if (plan_.project != workspace_.project().name) {
      found.add(Diagnostic(Code::kPlanVersion, "the plan is of the project `" + plan_.project + "`, and this is `" +
                                                   workspace_.project().name + "`"));
    }
    if (plan_.engine != PLUMB_VERSION) {
      found.add(
          Diagnostic(Code::kPlanVersion, "the plan was made by plumb " + plan_.engine + "; this is " PLUMB_VERSION)
              .with_hint("make the plan anew"));
    }
    if (const Result<std::string> now = config::digest_of(workspace_.project()); !now) {
      found.add(now.error().diagnostic());
    } else if (plan_.inputs["config"] != *now) {
      found.add(
          Diagnostic(Code::kHostNotInPlan,
                     "the configuration was changed since the plan was made; the plan is applied as it was reviewed")
              .as(Severity::kNote));
    }
    std::set<std::string> hosts;
    for (const auto& [host, unused] : plan_.hosts) {
      if (workspace_.inventory().hosts.contains(host)) {
        if (workspace_.hosts().contains(host)) hosts.insert(host);
      } else {
        found.add(Diagnostic(Code::kPlanHostUnknown,
                             "the plan names the host `" + host + "`, which the inventory no longer holds"));
      }
    }
    if (Result<std::set<std::string>> now = choose_hosts(workspace_.inventory(), plan_.scope.on, plan_.scope.limit)) {
      std::string joined;
      for (const std::string& host : *now) {
        if (!plan_.hosts.contains(host) && arguments_.resume.empty()) joined += (joined.empty() ? "" : ", ") + host;
      }
      if (!joined.empty()) {
        found.add(
            Diagnostic(Code::kHostNotInPlan, "not in the plan and not touched: " + joined).as(Severity::kWarning));
      }
    }
    return hosts;
  }

  ExitCode confirm() {
    if (program_.options.yes) return kDone;
    Result<bool> answer =
        ask_yes("\nApply this plan? Only `yes` is taken for one: ", terminal_, workspace_.control().interrupt());
    if (!answer) {
      if (answer.error().code() == Code::kInterrupted) return kInterrupted;
      workspace_.diagnose(answer.error());
      return kFailed;
    }
    if (!*answer) {
      terminal_.tell("Nothing was changed.\n");
      return kFailed;
    }
    return kDone;
  }

  int execute(bool saved) {
    Result<history::History*> history = workspace_.history();
    if (!history) {
      workspace_.diagnose(history.error());
      return kFailed;
    }
    using Clock = std::chrono::system_clock;
    history::RunStart start;
    start.id = program_.options.run_id;
    start.project = plan_.project;
    start.plan = artifact_.id;
    start.plan_bytes = std::move(artifact_.bytes);
    start.operator_name = operator_name();
    start.started_at = run::timestamp(Clock::now());
    if (window_ignored_) start.kind = "apply, window ignored";
    start.hosts_pattern = plan_.scope.on + (plan_.scope.limit.empty() ? "" : ", limit " + plan_.scope.limit);
    start.engine = PLUMB_VERSION;
    Result<history::RunWriter> writer = (*history)->begin(start);
    if (!writer) {
      workspace_.diagnose(writer.error());
      return kFailed;
    }
    start.plan_bytes = std::string();  // of a large fleet it is large
    const auto taking_part = std::count_if(plan_.hosts.begin(), plan_.hosts.end(), [this](const auto& host) {
      return workspace_.hosts().contains(host.first);
    });
    progress_.begin_apply(plan_, static_cast<std::size_t>(taking_part));
    const run::ApplyOptions options{
        start.id, artifact_.id, saved, arguments_.keep_going, &*writer, hours_ ? &*hours_ : nullptr, current_time};
    auto [applied, stopped] = fleet_->apply(plan_, options);
    progress_.clear();
    for (auto& [host, result] : applied) results_[host] = std::move(result);

    Diagnostics found;
    if (stopped) found.add(Diagnostic(*stopped).with_hint("plumb apply --resume " + start.id));
    for (auto& [host, result] : results_) {
      if (applied.contains(host)) {
        found.extend(result.diagnostics);
      } else if (Result<> written =
                     writer->host({host, std::string(name(result.state)), 0, 0, 0, 0, result.milliseconds, "", ""});
                 !written) {
        found.add(written.error().diagnostic());
      }
    }
    if (saved) workspace_.keep_facts(*fleet_);
    workspace_.diagnose(found);
    // Hosts that were not begun do not say that anything is wrong.
    const bool closed = stopped && stopped->code == Code::kOutsideWindow;
    const ExitCode code = worse(exit_code_of(results_), closed ? kStalePlan : kDone);
    const std::string outcome = closed && code == kStalePlan ? "window closed" : outcome_of(code);
    const Result<> finished = writer->finish({outcome, run::timestamp(Clock::now()), code});
    if (!finished) workspace_.diagnose(finished.error());
    print_results(start.id);
    if (code == kDone && !finished) return kFailed;
    if (code == kDone && arguments_.detailed_exit_code && !plan_.changes_nothing()) return kChangesPending;
    return code;
  }

  static std::string outcome_of(ExitCode code) {
    switch (code) {
      case kDone:
        return "ok";
      case kInterrupted:
        return "interrupted";
      case kStalePlan:
        return "stale";
      case kHostUnreachable:
        return "unreachable";
      default:
        return "failed";
    }
  }

  void print_results(const std::string& run_id) {
    way_on_ = report::way_on(results_, plan_, run_id);
    if (terminal_.events() != nullptr) return;  // the last event has it
    if (terminal_.json()) {
      terminal_.print(report::run_json(results_, run_id, artifact_.id).dump(2) + "\n");
    } else {
      terminal_.print(report::run_summary(results_, plan_, run_id, terminal_.color()));
    }
  }

  Program& program_;
  const ApplyArguments& arguments_;
  Terminal terminal_;
  Workspace workspace_;
  Progress progress_;
  std::unique_ptr<run::Fleet> fleet_;
  plan::Plan plan_;
  plan::Artifact artifact_;
  Results results_;
  std::string way_on_;                         // the command to go on with
  std::optional<config::OpeningHours> hours_;  // where the plan has windows, and they count
  bool window_ignored_ = false;
};

}  // namespace

void add_apply(Program& program) {
  auto arguments = std::make_shared<ApplyArguments>();
  CLI::App* command = program.app.add_subcommand("apply", "Plan and, after a yes, apply; or apply a saved plan");
  CLI::Option* const file =
      command->add_option("PLAN", arguments->file, "A plan written by `plumb plan -o`")->type_name("FILE");
  CLI::Option* const resume = command
                                  ->add_option("--resume", arguments->resume,
                                               "Go on with the plan of an earlier run, where it did not end well")
                                  ->excludes(file)
                                  ->type_name("RUN");
  add_tag_options(*command, arguments->planning);
  for (const char* option : {"--tags", "--skip-tags"}) command->get_option(option)->excludes(file)->excludes(resume);
  command->add_flag("--ignore-window", arguments->ignore_window, "Do not wait for the roll-out's maintenance window");
  command->add_flag("--keep-going", arguments->keep_going, "After a failure skip only what depends on it");
  command->add_flag("--detailed-exitcode", arguments->detailed_exit_code, "Exit with 2 when something was changed");
  command->add_flag("--full", arguments->planning.full, "Show operations and what each action stands on");
  command->add_option("--require", arguments->planning.require, "Refuse actions that are not exactly known")
      ->check(CLI::IsMember({"exact"}))
      ->type_name("exact");
  command->callback([&program, arguments] { program.exit_code = Apply(program, *arguments).run(); });
}

}  // namespace plumb::cmd
