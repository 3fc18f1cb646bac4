#include "engine/run/undo.h"

#include <algorithm>

#include "engine/run/saved_plan.h"
#include "engine/run/undoing.h"

namespace plumb::run {
namespace {

// What is known to have come of each action: from the run itself, and from what hosts told of it later.
Undoing::Outcomes outcomes_on(const std::string& host, const history::RunRecord& run, const plan::Actions& actions) {
  Undoing::Outcomes outcomes;
  for (const history::ActionRecord& record : run.actions) {
    if (record.host == host && record.action.index >= 0)
      outcomes[static_cast<std::size_t>(record.action.index)] = record.action.outcome;
  }
  for (const history::LateReport& late : run.late) {
    if (late.host != host) continue;
    for (std::size_t i = 0; i < actions.size(); ++i) {
      if (actions[i].desired.address.str() != late.address || actions[i].op == Op::kVerify) continue;
      if (late.outcome == JournalOutcome::kChanged && !actions[i].triggered) outcomes[i] = ActionOutcome::kChanged;
      if (late.outcome == JournalOutcome::kUndone) outcomes[i] = ActionOutcome::kUndone;
      if (late.outcome == JournalOutcome::kNotDone) outcomes.erase(i);
    }
  }
  return outcomes;
}

class UndoPlanner {
 public:
  UndoPlanner(Workspace& workspace, const UndoRequest& request, const RunContext& context)
      : workspace_(workspace),
        request_(request),
        context_(context),
        contents_(std::make_shared<ir::Contents>(workspace.project().place())) {}

  Result<std::map<std::string, std::shared_ptr<const Undoing>>> read() {
    PLUMB_TRY_ASSIGN(const history::RunRecord run, context_.store.run(request_.run));
    id_ = run.summary.id;
    PLUMB_TRY_ASSIGN(std::optional<std::string> bytes, context_.store.plan_bytes(run.summary.plan));
    if (!bytes) {
      return fail(Code::kNoSuchRun, "the history holds no plan of run " + id_)
          .hint("it was begun elsewhere; undo it where its history is");
    }
    PLUMB_TRY_ASSIGN(SavedPlan saved, read_saved_plan(*bytes, workspace_.providers()));
    if (saved.plan.project != workspace_.project().name) {
      return fail(Code::kNoSuchRun, "run " + id_ + " was one of the project `" + saved.plan.project +
                                        "`, and this is `" + workspace_.project().name + "`");
    }
    if (!request_.host.empty() && !saved.plan.hosts.contains(request_.host))
      return fail(Code::kNoHostMatches, "run " + id_ + " had no plan for the host `" + request_.host + "`");
    std::map<std::string, std::shared_ptr<const Undoing>> all;
    for (const auto& [host, host_plan] : saved.plan.hosts) {
      if (!request_.host.empty() && host != request_.host) continue;
      const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
      const Undoing::Outcomes outcomes = outcomes_on(host, run, *actions);
      if (outcomes.empty() || !is_reachable(host)) continue;
      auto undoing = std::make_shared<Undoing>(
          host, *actions, outcomes, request_.addresses,
          [&](const std::string& digest) { return bring(digest, saved.plan); }, workspace_.providers(), found_);
      all.emplace(host, std::move(undoing));
    }
    context_.tell(found_);
    return all;
  }

  const std::string& id() const { return id_; }
  const std::shared_ptr<ir::Contents>& contents() const { return contents_; }

 private:
  bool is_reachable(const std::string& host) {
    if (workspace_.hosts().contains(host)) return true;
    if (!workspace_.inventory().hosts.contains(host)) {
      found_.add(
          Diagnostic(Code::kCannotUndo, "the inventory no longer holds the host").as(Severity::kWarning).on(host));
    }
    return false;
  }

  // Whether the content is at hand, and then it is with the others.
  bool bring(const std::string& digest, const plan::Plan& plan) {
    if (contents_->holds(digest)) return true;
    if (const auto blob = plan.blobs.find(digest); blob != plan.blobs.end())
      return contents_->add_text(blob->second) == digest;
    Result<std::optional<std::string>> kept = context_.store.kept(digest);
    return kept && *kept && contents_->add_text(std::move(**kept)) == digest;
  }

  Workspace& workspace_;
  const UndoRequest& request_;
  const RunContext& context_;
  std::shared_ptr<ir::Contents> contents_;
  Diagnostics found_;
  std::string id_;
};

}  // namespace

std::optional<Planned> make_undo_plan(Workspace& workspace, const UndoRequest& request, const RunContext& context) {
  if (const Result<KeyState> key = workspace.find_key(); !key) {
    context.tell(key.error());
    return std::nullopt;
  }
  UndoPlanner planner(workspace, request, context);
  auto undoing = planner.read();
  if (!undoing) {
    context.tell(undoing.error());
    return std::nullopt;
  }
  plan::Scope scope;
  scope.on = request.host.empty() ? workspace.request().on : request.host;
  scope.limit = workspace.request().limit;
  scope.undoes = planner.id();
  Planned planned;
  planned.fleet = make_fleet(workspace, context, KeepGraphs::kAll);
  planned.fleet->join(std::move(*undoing), planner.contents());
  return finish_plan(std::move(planned), scope, false, context);
}

}  // namespace plumb::run
