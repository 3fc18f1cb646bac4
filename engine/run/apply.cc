#include "engine/run/apply.h"

#include <algorithm>

#include "engine/base/shell_word.h"
#include "engine/base/time_text.h"
#include "engine/policy/told.h"
#include "engine/run/checkout.h"
#include "engine/run/coverage.h"
#include "engine/run/request.h"
#include "engine/run/retention.h"
#include "engine/run/run_begun.h"
#include "engine/run/trusted_plan.h"

namespace plumb::run {
namespace {

std::string now() {
  return timestamp(std::chrono::system_clock::now());
}

class Applying {
 public:
  Applying(Workspace& workspace, ApplyRequest& request, const RunContext& context)
      : workspace_(workspace), request_(request), context_(context) {}

  ApplyResult run() {
    if (const Result<KeyState> key = workspace_.find_key(); !key) {
      context_.tell(key.error());
      result_.outcome = RunOutcome::kInvalid;
    } else if (request_.undo) {
      result_.outcome = apply_new(make_undo_plan(workspace_, *request_.undo, context_));
    } else if (auto* plan = std::get_if<PlanRequest>(&request_.what)) {
      result_.outcome = apply_new(make_plan(workspace_, *plan, context_));
    } else {
      result_.outcome = apply_saved(std::get<SavedPlan>(std::move(request_.what)));
    }
    return std::move(result_);
  }

 private:
  RunOutcome apply_new(std::optional<Planned> planned) {
    if (!planned) return context_.control.level() == StopLevel::kNone ? RunOutcome::kInvalid : RunOutcome::kInterrupted;
    fleet_ = std::move(planned->fleet);
    result_.plan = std::move(planned->plan);
    result_.hosts = std::move(planned->hosts);
    result_.plan_id = std::move(planned->plan_id);
    document_ = std::move(planned->document);
    const Proposal proposal{result_.plan, result_.plan_id, result_.hosts, false, planned->outcome};
    show(proposal);
    // What a host told of an earlier run, it forgets once it is applied to.
    if (!planned->kept) context_.tell(planned->kept.error());
    const RunOutcome outcome =
        std::max(planned->outcome, planned->broken || !planned->kept ? RunOutcome::kFailed : RunOutcome::kOk);
    const bool refused =
        planned->outcome == RunOutcome::kInterrupted || planned->outcome == RunOutcome::kStale || !planned->kept;
    // Nobody can be reached to carry out a plan of a snapshot.
    if (refused || result_.plan.hosts.empty() || fleet_ == nullptr) return outcome;
    // An undo that takes nothing back is no run.
    if (request_.undo && result_.plan.changes_nothing() && !result_.plan.changes_records()) return outcome;
    if (!result_.plan.changes_nothing()) {
      if (const std::optional<RunOutcome> why = not_allowed(proposal)) return *why;
    }
    return carry_out(false);
  }

  RunOutcome apply_saved(SavedPlan saved) {
    result_.nothing = saved.resumed && saved.plan.hosts.empty();
    if (result_.nothing) return RunOutcome::kOk;
    result_.plan = std::move(saved.plan);
    result_.plan_id = std::move(saved.id);
    contents_ = std::move(saved.contents);
    passed_readings_ = std::move(saved.passed_readings);
    file_ = saved.file.string();
    if (!saved.file.empty())
      coverage_ = std::make_shared<Coverage>(result_.plan, result_.plan_id, approvals_folder(saved.file));
    resumed_ = saved.resumed;
    Diagnostics found;
    const auto stopped = [this] { return context_.control.level() != StopLevel::kNone; };
    const std::set<std::string> hosts = check_against(workspace_, result_.plan, resumed_, stopped, found);
    context_.tell(found);
    if (stopped()) return RunOutcome::kInterrupted;
    if (found.has_errors()) return RunOutcome::kStale;
    result_.nothing = hosts.empty();
    if (result_.nothing) return RunOutcome::kOk;
    if (needs_rendering(result_.plan, contents_)) {
      fleet_ = compile_fleet(workspace_, hosts, context_);
      if (fleet_ == nullptr) return RunOutcome::kInvalid;
    } else {
      if (reads_secrets(hosts) && !read_secrets(workspace_, context_)) return RunOutcome::kInvalid;
      fleet_ = make_fleet(workspace_, context_);
      fleet_->join(hosts);
    }
    const Proposal proposal{result_.plan, result_.plan_id, result_.hosts, true, RunOutcome::kOk};
    show(proposal);
    if (result_.plan.changes_nothing() && !result_.plan.changes_records()) return RunOutcome::kOk;
    Diagnostics missing;
    fleet_->check_contents(result_.plan, contents_, missing);
    context_.tell(missing);
    if (stopped()) return RunOutcome::kInterrupted;
    if (missing.has_errors()) return RunOutcome::kStale;
    if (const std::optional<RunOutcome> why = not_allowed(proposal)) return *why;
    return carry_out(true);
  }

  // Whether a store is to be asked for what a saved plan takes to these hosts.
  bool reads_secrets(const std::set<std::string>& hosts) const {
    if (workspace_.project().secrets.empty()) return false;
    return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& host) {
      const auto of_host = result_.plan.hosts.find(host);
      return of_host != result_.plan.hosts.end() &&
             (of_host->second.around.sealed() || needs_secrets(*of_host->second.actions.get(), workspace_.providers()));
    });
  }

  void show(const Proposal& proposal) const {
    if (request_.show) request_.show(proposal);
  }

  // Before a host is touched; nothing where the plan may be carried out.
  std::optional<RunOutcome> not_allowed(const Proposal& proposal) {
    if (const std::optional<RunOutcome> why = not_by_policy()) return why;
    Result<WindowCheck> window = check_window(result_.plan, request_.window, request_.clock());
    if (!window) {
      context_.tell(window.error());
      return RunOutcome::kStale;
    }
    window_ = std::move(*window);
    if (window_.hours) hours_.push_back(*window_.hours);
    if (!request_.approve) return std::nullopt;
    const Result<bool> answer = request_.approve(proposal);
    if (answer) return *answer ? std::nullopt : std::optional(RunOutcome::kFailed);
    if (answer.error().code() == Code::kInterrupted) return RunOutcome::kInterrupted;
    context_.tell(answer.error());
    return RunOutcome::kFailed;
  }

  // By the rules as they are now, and what was said of a plan when it was made counts for nothing.
  std::optional<RunOutcome> not_by_policy() {
    const policy::Policy& policy = workspace_.policy();
    if (policy.empty()) {
      notes_ = notes_of(policy, {}, request_.standing);
      return std::nullopt;
    }
    const std::chrono::sys_seconds time = request_.clock();
    const policy::Judgement judgement =
        judge_plan(workspace_, context_.store, result_.plan, result_.plan_id, time, context_.control.interrupt().fd());
    if (context_.control.level() != StopLevel::kNone) return RunOutcome::kInterrupted;
    Diagnostics told = policy::diagnostics_but_requirements(judgement);
    Diagnostics missing = unmet(judgement, request_.standing, time, hours_);
    told.extend(std::move(missing));
    notes_ = notes_of(policy, judgement, request_.standing);
    context_.tell(told);
    return told.has_errors() ? std::optional(RunOutcome::kStale) : std::nullopt;
  }

  Result<std::unique_ptr<history::RunWriter>> begin() {
    history::RunStart start;
    start.id = request_.run;
    start.project = result_.plan.project;
    start.plan = result_.plan_id;
    // A plan that goes on without some of its hosts is in the history already, where it comes from.
    if (!resumed_) {
      start.plan_document = [this](const TakePiece& take) {
        if (document_) {
          take(*document_);
        } else {
          (void)plan::write_artifact(result_.plan, take);
        }
      };
    }
    if (keeps_contents(result_.plan, contents_)) {
      std::error_code problem;
      start.plan_folder = std::filesystem::absolute(contents_, problem).string();
    }
    start.operator_name = request_.operator_name;
    start.started_at = now();
    if (!result_.plan.scope.undoes.empty()) start.kind = "undo";
    if (window_.ignored) start.kind = "apply, window ignored";
    const plan::Scope& scope = result_.plan.scope;
    start.hosts_pattern = scope.on + (scope.limit.empty() ? "" : ", limit " + scope.limit);
    start.engine = PLUMB_VERSION;
    start.notes = notes_;
    const config::Project& project = workspace_.project();
    if (const std::string checkout = checkout_of({*project.files, project.folder}); !checkout.empty())
      start.notes["commit"] = checkout;
    return context_.store.begin(start);
  }

  RunOutcome carry_out(bool saved) {
    std::set<std::string> done;  // hosts whose turn was taken with this plan before
    if (saved) done = context_.store.hosts_done(result_.plan_id).value_or(std::set<std::string>());
    // The history takes the plan while what hosts are sent is put together.
    RunBegun run(request_.run, [this] { return begin(); });
    context_.tell({.kind = RunEvent::Kind::kPhase,
                   .host = {},
                   .phase = {Phase::kApply, fleet_->count_in(result_.plan), &result_.plan}});
    FleetApply applied =
        fleet_->apply(result_.plan, {request_.run, result_.plan_id, saved, request_.keep_going, request_.operator_name,
                                     request_.take_over, &run, hours_, request_.clock, contents_, std::move(done),
                                     coverage_, std::move(passed_readings_)});
    context_.tell({.kind = RunEvent::Kind::kPhaseOver, .host = {}});
    if (const Result<> begun = run.ready(); !begun) {
      context_.tell(begun.error());
      return RunOutcome::kFailed;
    }
    result_.begun = true;

    Diagnostics found;
    if (applied.stopped) {
      Diagnostic stopped = *applied.stopped;
      const bool anew = request_.undo && plan::step_count(result_.plan) == 0;
      const bool strict =
          std::any_of(applied.hosts.begin(), applied.hosts.end(), [](const auto& one) { return one.second.strict; });
      stopped.hint = anew                       ? "plumb undo " + result_.plan.scope.undoes
                     : strict && !file_.empty() ? "plumb apply " + typed_word(file_)
                                                : "plumb apply --resume " + request_.run;
      found.add(std::move(stopped));
    }
    for (const auto& [host, result] : applied.hosts) found.extend(result.diagnostics);
    // Of hosts that have no plan, the history has why.
    for (auto& [host, result] : result_.hosts) {
      if (applied.hosts.contains(host)) continue;
      const Result<> written = run.host({host, result.state, 0, 0, 0, 0, result.milliseconds, "", ""});
      if (written) continue;
      fail_to_record(result, written.error());
      found.add(written.error().diagnostic());  // all else of it was told before
    }
    for (auto& [host, result] : applied.hosts) result_.hosts[host] = std::move(result);
    const Result<> facts = saved ? keep_facts(*fleet_, context_) : Result<>();
    if (!facts) found.add(facts.error().diagnostic());
    const RunOutcome kept = facts ? RunOutcome::kOk : RunOutcome::kFailed;
    context_.tell(found);
    // Hosts that were not begun do not say that anything is wrong.
    const bool closed = applied.stopped && applied.stopped->code == Code::kOutsideWindow;
    const RunOutcome outcome =
        std::max({outcome_of(result_.hosts), kept, closed ? RunOutcome::kWindowClosed : RunOutcome::kOk});
    const Result<> finished = run.finish({outcome, now()});
    if (finished) {
      trim_history();
      return outcome;
    }
    context_.tell(finished.error());
    return std::max(outcome, RunOutcome::kFailed);
  }

  // What became of the run does not hang on it.
  void trim_history() {
    const std::optional<config::Retention>& retention = workspace_.project().retention;
    if (!retention) return;
    const Result<> trimmed = trim_after(request_.run, *retention,
                                        {.id = {},
                                         .project = result_.plan.project,
                                         .operator_name = request_.operator_name,
                                         .at = {},
                                         .engine = PLUMB_VERSION},
                                        std::chrono::system_clock::now(), context_.store);
    if (trimmed) return;
    Diagnostic found = trimmed.error().diagnostic();
    found.severity = Severity::kWarning;
    found.summary = "the history was not made smaller: " + found.summary;
    Diagnostics told;
    told.add(std::move(found));
    context_.tell(told);
  }

  Workspace& workspace_;
  ApplyRequest& request_;
  const RunContext& context_;
  std::unique_ptr<Fleet> fleet_;
  std::optional<std::string> document_;  // of the plan
  std::string file_;                     // of a saved plan; "" for none
  std::filesystem::path contents_;
  std::map<std::string, std::set<std::string>> passed_readings_;
  std::shared_ptr<const Coverage> coverage_;  // of a plan's file
  bool resumed_ = false;
  WindowCheck window_;
  std::vector<config::OpeningHours> hours_;   // all of which have to be open
  std::map<std::string, std::string> notes_;  // of the run, for the history
  ApplyResult result_;
};

}  // namespace

ApplyResult apply(Workspace& workspace, ApplyRequest request, const RunContext& context) {
  return Applying(workspace, request, context).run();
}

}  // namespace plumb::run
