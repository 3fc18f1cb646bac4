#include "engine/run/undo.h"

#include <algorithm>

#include "engine/base/glob.h"
#include "engine/run/saved_plan.h"
#include "engine/run/undoing.h"

namespace plumb::run {
namespace {

// What is known to have come of each action: from the run itself, and from what hosts told of it later.
Undoing::Outcomes outcomes_on(const std::string& host, const history::RunRecord& run, const plan::Actions& actions) {
  Undoing::Outcomes outcomes;
  for (const history::ActionRecord& record : run.actions) {
    // Steps around its turn have other positions, and are not taken back.
    const bool own = record.action.index >= 0 && record.action.index < static_cast<std::int64_t>(actions.size());
    if (record.host == host && own) outcomes[static_cast<std::size_t>(record.action.index)] = record.action.outcome;
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

// The newest run here that changed something: one that did nothing has nothing to be taken back. One that was taken in
// from elsewhere, or whose plan is not here, is the answer only where there is no other, to be told of.
Result<std::string> last_change(const history::RunStore& store) {
  std::string elsewhere;
  const auto is_here = [&](const history::RunSummary& run) -> Result<bool> {
    PLUMB_TRY_ASSIGN(const history::RunRecord record, store.run(run.id));
    bool here = !record.notes.contains(std::string(history::kImportedNote));
    if (here) {
      PLUMB_TRY_ASSIGN(const std::optional<std::string> plan, store.plan_bytes(run.plan));
      here = plan.has_value();
    }
    if (!here && elsewhere.empty()) elsewhere = run.id;
    return here;
  };
  for (std::int64_t limit = 64;; limit *= 8) {
    PLUMB_TRY_ASSIGN(const std::vector<history::RunSummary> runs, store.runs(limit));
    for (const history::RunSummary& one : runs) {
      if (one.kind == "foreign" || one.plan.empty()) continue;
      if (one.changed > 0) {
        PLUMB_TRY_ASSIGN(const bool here, is_here(one));
        if (here) return one.id;
        continue;
      }
      // One that did not end here has its changes in what its hosts told.
      if (one.outcome && one.hosts > 0) continue;
      PLUMB_TRY_ASSIGN(const history::RunRecord run, store.run(one.id));
      const bool acted = std::any_of(run.actions.begin(), run.actions.end(), [](const history::ActionRecord& record) {
        return record.action.outcome == ActionOutcome::kChanged;
      });
      const bool told = std::any_of(run.late.begin(), run.late.end(), [](const history::LateReport& late) {
        return late.outcome == JournalOutcome::kChanged;
      });
      if (acted || told) return one.id;
    }
    if (static_cast<std::int64_t>(runs.size()) < limit && !elsewhere.empty()) return elsewhere;
    if (static_cast<std::int64_t>(runs.size()) < limit)
      return fail(Code::kNoSuchRun, "the history holds no run that changed something");
  }
}

class UndoPlanner {
 public:
  UndoPlanner(Workspace& workspace, const UndoRequest& request, const RunContext& context)
      : workspace_(workspace),
        request_(request),
        context_(context),
        contents_(std::make_shared<ir::Contents>(workspace.project().place())) {}

  Result<std::map<std::string, std::shared_ptr<const Undoing>>> read() {
    std::string reference = request_.run;
    if (reference == "last") {
      PLUMB_TRY_ASSIGN(reference, last_change(context_.store));
    }
    PLUMB_TRY_ASSIGN(const history::RunRecord run, context_.store.run(reference));
    id_ = run.summary.id;
    PLUMB_TRY_ASSIGN(std::optional<std::string> bytes, context_.store.plan_bytes(run.summary.plan));
    // What `last` means is what was done here.
    const bool taken_in = request_.run == "last" && run.notes.contains(std::string(history::kImportedNote));
    if (!bytes || taken_in) {
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
    PLUMB_TRY(check_addresses(saved.plan));
    std::map<std::string, std::shared_ptr<const Undoing>> all;
    for (const auto& [host, host_plan] : saved.plan.hosts) {
      if (!request_.host.empty() && host != request_.host) continue;
      const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
      const Undoing::Outcomes outcomes = outcomes_on(host, run, *actions);
      if (outcomes.empty() || !is_reachable(host)) continue;
      auto undoing = std::make_shared<Undoing>(
          host, Undoing::Root{host_plan.image, host_plan.image_id, id_}, *actions, outcomes, request_.addresses,
          [&](const std::string& digest) { return bring(digest, saved.plan); }, workspace_.providers(), found_);
      all.emplace(host, std::move(undoing));
    }
    context_.tell(found_);
    return all;
  }

  const std::string& id() const { return id_; }
  // Whether something of the run is known not to be taken back, before any host was asked.
  bool leaves_some() const { return !found_.empty(); }
  const std::shared_ptr<ir::Contents>& contents() const { return contents_; }

 private:
  // Each pattern has to mean something that the run had to do with.
  Result<> check_addresses(const plan::Plan& plan) const {
    for (const std::string& pattern : request_.addresses) {
      bool meant = false;
      for (const auto& [host, host_plan] : plan.hosts) {
        if (meant || (!request_.host.empty() && host != request_.host)) continue;
        const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
        meant = std::any_of(actions->begin(), actions->end(), [&](const plan::Action& action) {
          const std::vector<std::string> names = action.addresses();
          return std::any_of(names.begin(), names.end(),
                             [&](const std::string& name) { return address_matches(pattern, name); });
        });
      }
      if (meant) continue;
      return fail(Code::kUnknownAddress, "run " + id_ + " had nothing to do with `" + pattern + "`")
          .hint("`plumb history show " + id_ + "` lists what it did");
    }
    return {};
  }

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
  planned.fleet = make_fleet(workspace, context, {.keep_graphs = KeepGraphs::kAll});
  planned.fleet->join(std::move(*undoing), planner.contents());
  std::optional<Planned> finished = finish_plan(std::move(planned), scope, false, context);
  if (!finished || !finished->plan.changes_nothing() || finished->plan.changes_records()) return finished;
  // All of it was told.
  const bool left =
      planner.leaves_some() || std::any_of(finished->hosts.begin(), finished->hosts.end(), [](const auto& host) {
        const auto& told = host.second.diagnostics.items();
        return std::any_of(told.begin(), told.end(),
                           [](const Diagnostic& one) { return one.code == Code::kCannotUndo; });
      });
  if (left) finished->outcome = std::max(finished->outcome, RunOutcome::kFailed);
  return finished;
}

}  // namespace plumb::run
