// plumb apply [FILE]: plan and apply, or apply a saved plan.

#include "engine/run/apply.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>

#include <unistd.h>

#include "cmd/plumb/ask.h"
#include "cmd/plumb/commands.h"
#include "cmd/plumb/events.h"
#include "cmd/plumb/going_on.h"
#include "cmd/plumb/making_secrets.h"
#include "cmd/plumb/operator.h"
#include "cmd/plumb/plan_trust.h"
#include "cmd/plumb/planning.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/ticket.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/report/outputs_text.h"
#include "engine/report/plan_text.h"
#include "engine/report/run_cases.h"
#include "engine/report/run_text.h"
#include "engine/run/plan_files.h"
#include "engine/run/project_key.h"

namespace plumb::cmd {
namespace {

constexpr const char* kCommand = "plumb apply";  // as a suite of --junit

struct ApplyArguments {
  std::string file;
  std::string resume;  // a run
  std::string junit;   // a file
  bool keep_going = false;
  bool take_over = false;
  bool ignore_window = false;
  bool detailed_exit_code = false;
  std::string ticket;
  PlanningOptions planning;
  TrustOptions trust;
};

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
    int code = kFailed;
    if (arguments_.junit.empty()) {
      code = carry_out();
    } else if (begin_junit()) {
      code = carry_out();
      if (!end_junit(code) && code == kDone) code = kFailed;
    }
    // Of two runs too it is one document, which a pipeline reads at the end.
    if (!document_.is_null()) terminal_.print(document_.dump(2) + "\n");
    end_events(events.get(), run::together(std::move(before_), result_.hosts), code, way_on_);
    return code;
  }

 private:
  void stop() {
    const bool asking = asking_;  // before whoever asks is told to stop, and asks no longer
    workspace_.control().request_stop();
    if (asking) return;
    if (workspace_.control().level() == run::StopLevel::kFinish) {
      terminal_.tell("\nStopping: actions in hand are finished and recorded. Press Ctrl-C again to leave at once.\n");
    }
  }

  run::RunObserver observer() {
    if (arguments_.junit.empty()) return progress_.observer();
    return [this, told = progress_.observer()](const run::RunEvent& event) {
      cases_.take(event);
      told(event);
    };
  }

  // That it cannot be written is told while nothing is changed. Who reads it after the run was killed finds no success.
  bool begin_junit() {
    terminal_.keep(&findings_);
    if (!is_written_into(arguments_.junit))
      return write_junit({{.file = kCommand, .name = "run", .message = "it did not come to its end"}});
    if (::access(arguments_.junit.c_str(), W_OK) == 0) return true;
    workspace_.diagnose(fail(Code::kWriteFailed, "writing " + arguments_.junit + ": " + std::strerror(errno)));
    return false;
  }

  // Also of a run that was not begun: whoever reads it waits for a file.
  bool end_junit(int code) {
    const bool good = code == kDone || code == kChangesPending || code == kTolerated;
    const bool says_so = std::any_of(results_.begin(), results_.end(),
                                     [](const report::TestResult& one) { return !one.passed && !one.skipped; });
    if (!good && !says_so) results_.push_back(report::command_failed(kCommand, code, findings_, workspace_.sources()));
    return write_junit(results_);
  }

  bool write_junit(const std::vector<report::TestResult>& results) {
    const Result<> written = write_file(arguments_.junit, report::junit_xml(results));
    if (!written) workspace_.diagnose(written.error());
    return written.has_value();
  }

  int carry_out() {
    run::ApplyRequest request;
    ExitCode refused = kFailed;
    auto wanted = what(refused);
    if (!wanted) return refused;
    request.what = std::move(*wanted);
    request.run = program_.options.run_id;
    request.operator_name = operator_name();
    request.window = arguments_.ignore_window ? run::WindowPolicy::kIgnore : run::WindowPolicy::kHeed;
    request.keep_going = arguments_.keep_going;
    request.take_over = arguments_.take_over;
    request.standing.ticket = arguments_.ticket;
    request.show = [this](const run::Proposal& proposal) { show(proposal); };
    if (!program_.options.yes) request.approve = [this](const run::Proposal& proposal) { return ask(proposal.plan); };

    if (!(files_ ? workspace_.load(*files_) : workspace_.load())) return kInvalidConfiguration;
    if (const Result<> trusted = look_behind(request); !trusted) {
      workspace_.diagnose(trusted.error());
      return exit_code_of_distrust(trusted.error());
    }
    const std::optional<run::RunContext> context = workspace_.context(observer());
    if (!context) return kInvalidConfiguration;
    const bool saved = std::holds_alternative<run::SavedPlan>(request.what);
    if (saved) return carry_out(std::move(request), *context, true);
    if (const ExitCode made = make_missing_secrets(workspace_, terminal_, program_.options); made != kDone) return made;
    const run::ApplyRequest again = request;
    const int code = carry_out(std::move(request), *context, false);
    if (!leaves_some()) return code;
    const int next = carry_out_next(again, *context);
    return next == kDone ? code : next;
  }

  // Who stands behind the plan, and whether that is enough.
  Result<> look_behind(run::ApplyRequest& request) {
    PLUMB_TRY_ASSIGN(PlanTrust trust, PlanTrust::of(workspace_, arguments_.trust));
    if (arguments_.file.empty()) return trust.expect_nobody("plumb plan -o FILE");
    // The plan is moved on; its persons are counted by what it was.
    const auto plan = std::make_shared<const run::SavedPlan>(std::get<run::SavedPlan>(request.what));
    PLUMB_TRY(trust.check(arguments_.file, *plan));
    request.standing.approvals = [this, plan, trust = std::move(trust)] {
      return trust.persons_behind(arguments_.file, *plan);
    };
    return {};
  }

  // Whether all that was planned is done, and some was left to another plan.
  bool leaves_some() const { return result_.begun && result_.outcome == RunOutcome::kOk && result_.plan.is_half(); }

  int carry_out(run::ApplyRequest request, const run::RunContext& context, bool is_last) {
    cases_ = {};
    result_ = run::apply(workspace_.loaded(), std::move(request), context);
    if (!arguments_.junit.empty()) {
      const std::vector<report::TestResult> results = cases_.results(result_.plan, result_.hosts);
      results_.insert(results_.end(), results.begin(), results.end());
    }
    const int code = tell_result(context);
    if (!is_last || !leaves_some()) return code;
    tell_what_is_left();
    return kChangesPending;
  }

  // A plan does what it holds and no more.
  void tell_what_is_left() {
    Diagnostics left;
    for (const auto& [host, plan] : result_.plan.hosts) {
      if (plan.moving.empty()) continue;
      std::string names;
      for (const auto& [name, by] : plan.moving) names += (names.empty() ? "`" : ", `") + name + "`";
      left.add(Diagnostic(Code::kPlannedAgain,
                          "what comes of " + names + " was not in this plan, which changed what is told")
                   .as(Severity::kWarning)
                   .on(host)
                   .with_hint("`plumb apply` plans it"));
    }
    workspace_.diagnose(left);
  }

  // What comes of readings that this very run has changed: shown and asked for like the first plan.
  int carry_out_next(run::ApplyRequest request, const run::RunContext& context) {
    terminal_.tell("\nReadings may be others now; what comes of them is planned.\n");
    program_.options.run_id = run::new_run_id();
    request.run = program_.options.run_id;
    before_ = std::move(result_.hosts);
    return carry_out(std::move(request), context, true);
  }

  // What is to be carried out; nothing after it has told what is wrong. `code` is for then.
  std::optional<std::variant<run::PlanRequest, run::SavedPlan>> what(ExitCode& code) {
    if (!arguments_.file.empty()) {
      code = kInvalidConfiguration;
      Result<run::SavedPlan> saved = run::read_plan_file(arguments_.file, program_.options.kinds);
      if (!saved) saved = std::move(saved.error()).during("reading the plan " + arguments_.file);
      return take(std::move(saved));
    }
    if (!arguments_.resume.empty()) {
      code = kFailed;
      Diagnostics found;
      Result<run::SavedPlan> saved =
          run::plan_to_resume(workspace_.store(), program_.options.kinds, arguments_.resume, found);
      workspace_.diagnose(found);
      return take(std::move(saved));
    }
    return arguments_.planning.request();
  }

  std::optional<run::SavedPlan> take(Result<run::SavedPlan> saved) {
    if (!saved) {
      workspace_.diagnose(saved.error());
      return std::nullopt;
    }
    // What the project lacks, the plan's folder of contents may have.
    if (!saved->contents.empty()) files_.emplace(saved->plan, workspace_.folder(), saved->contents, disk_files());
    return std::move(*saved);
  }

  void show(const run::Proposal& proposal) {
    const bool refused = proposal.outcome == RunOutcome::kInterrupted || proposal.outcome == RunOutcome::kStale;
    if (!proposal.saved && terminal_.events() != nullptr) {
      print_plan(proposal.plan, proposal.plan_id, terminal_, arguments_.planning, program_.options.kinds);
    } else if (terminal_.json() || refused) {
      return;
    } else if (proposal.saved) {
      report::PlanTextOptions options;
      options.color = terminal_.color();
      options.kinds = &program_.options.kinds;
      terminal_.print(report::scope_text(proposal.plan, terminal_.color()) +
                      report::plan_summary(proposal.plan, options));
    } else {
      print_plan(proposal.plan, proposal.plan_id, terminal_, arguments_.planning, program_.options.kinds);
    }
  }

  Result<bool> ask(const plan::Plan& plan) {
    asking_ = true;
    Result<bool> answer = ask_yes("\n" + report::apply_question(plan), terminal_, workspace_.control().interrupt());
    asking_ = false;
    const bool interrupted = !answer && answer.error().code() == Code::kInterrupted;
    if (interrupted) terminal_.tell("\n");
    if (interrupted || (answer && !*answer)) terminal_.tell(nothing_changed());
    return answer;
  }

  // Beside what the first of two plans did.
  std::string nothing_changed() const {
    return before_.empty() ? "Nothing was changed.\n" : "Nothing more was changed.\n";
  }

  std::string nothing_text() const {
    const Options& options = program_.options;
    std::string hosts = options.on == "all" ? "" : options.on;
    if (!options.limit.empty()) hosts = options.limit;
    const std::string what = arguments_.resume.empty() ? "Nothing is planned in " + arguments_.file
                                                       : "Nothing is left of run " + arguments_.resume;
    return what + (hosts.empty() ? "" : " on " + hosts) + ".\n";
  }

  // Of those that the run left as the project wants them.
  run::Outputs outputs_of_hosts(const run::RunContext& context) {
    std::set<std::string> hosts, changed;
    for (const auto& [name, result] : result_.hosts) {
      if (!workspace_.inventory().hosts.contains(name)) continue;
      // What is known of one that failed half way is to be how it is now, too.
      const bool failed = result.state == HostState::kFailed && result_.outcome != RunOutcome::kInterrupted;
      if (result.changed > 0 && (failed || result.state == HostState::kOk)) changed.insert(name);
      if (result.state == HostState::kOk) hosts.insert(name);
    }
    for (const std::string& silent : run::ask_for_outputs(workspace_.loaded(), changed, context)) hosts.erase(silent);
    Diagnostics found;
    Result<run::Outputs> outputs = run::outputs_of(workspace_.loaded(), hosts, workspace_.store(), found);
    // What is so by design, and was so in the last run, is for `plumb output` to tell.
    Diagnostics news;
    for (const Diagnostic& one : found.items()) {
      if (one.severity != Severity::kNote) news.add(one);
    }
    workspace_.diagnose(news);
    if (outputs) return std::move(*outputs);
    workspace_.diagnose(outputs.error());
    return {};
  }

  int tell_result(const run::RunContext& context) {
    if (result_.nothing && !terminal_.json()) terminal_.print(nothing_text());
    const ExitCode code = exit_code_of(result_.outcome);
    if (!result_.begun) return code;
    const std::string& run = program_.options.run_id;
    way_on_ = found_again(
        report::way_on(result_.hosts, result_.plan, report::on_with_plan(result_.hosts, run, arguments_.file)),
        program_.options);
    const run::Outputs outputs = outputs_of_hosts(context);
    if (terminal_.events() != nullptr) {
      // The last event has the rest.
      for (const auto& [host, values] : outputs.by_host)
        terminal_.events()->write(report::outputs_event(outputs, host));
    } else if (terminal_.json()) {
      document_ = report::run_json(run::together(before_, result_.hosts), run, result_.plan_id, std::move(document_));
      if (!outputs.by_host.empty()) document_["outputs"] = report::outputs_json(outputs);
    } else {
      terminal_.print(report::run_summary(result_.hosts, result_.plan, run, way_on_, terminal_.color()) +
                      report::outputs_text(outputs, terminal_.color()));
    }
    const bool changed =
        arguments_.detailed_exit_code && (!result_.plan.changes_nothing() || result_.plan.changes_records());
    return code == kDone && changed ? kChangesPending : code;
  }

  Program& program_;
  const ApplyArguments& arguments_;
  Terminal terminal_;
  std::optional<run::PlanFiles> files_;  // of a saved plan
  Workspace workspace_;
  Progress progress_;
  run::HostResults before_;  // of the first plan, where a second one was made
  run::ApplyResult result_;
  report::RunCases cases_;                   // of the run at hand
  std::vector<report::TestResult> results_;  // of all of them, for --junit
  std::vector<Diagnostic> findings_;         // all that was told, for --junit
  std::string way_on_;                       // the command to go on with
  std::atomic<bool> asking_ = false;         // nothing of the plan is begun
  Json document_;                            // of all runs, for --output json; null while there is none
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
  for (const std::string& option : add_narrowing_options(*command, arguments->planning))
    command->get_option(option)->excludes(file)->excludes(resume);
  add_prune_option(*command, arguments->planning)->excludes(file)->excludes(resume);
  add_signers_options(*command, arguments->trust);
  for (const std::string& option : add_requirement_options(*command, arguments->trust))
    command->get_option(option)->needs(file);
  add_ticket_option(*command, arguments->ticket);
  command->add_flag("--ignore-window", arguments->ignore_window, "Do not wait for the roll-out's maintenance window");
  command->add_option("--junit", arguments->junit, "Write what became of each action to FILE as JUnit's XML")
      ->type_name("FILE");
  command->add_flag("--keep-going", arguments->keep_going, "After a failure skip only what depends on it");
  command->add_flag("--take-over", arguments->take_over,
                    "What other projects of a host manage, and this one too, is this one's from now on");
  command->add_flag("--detailed-exitcode", arguments->detailed_exit_code, "Exit with 2 when something was changed");
  command->add_flag("--full", arguments->planning.full, "Show operations and what each action stands on");
  command->add_option("--require", arguments->planning.require, "Refuse actions that are not exactly known")
      ->check(CLI::IsMember({"exact"}))
      ->type_name("exact");
  command->callback([&program, arguments] { program.exit_code = Apply(program, *arguments).run(); });
}

}  // namespace plumb::cmd
