#include "engine/run/planning.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "engine/base/pool.h"
#include "engine/config/tags.h"
#include "engine/ir/patterns.h"
#include "engine/run/fact_age.h"
#include "engine/run/offline.h"

namespace plumb::run {
namespace {

// A document that whoever carries the plan out need not put together again.
constexpr std::size_t kLargestKept = std::size_t{4} << 20;

void check_fidelity(const plan::Plan& plan, Diagnostics& diagnostics) {
  for (const auto& [host, host_plan] : plan.hosts) {
    const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
    for (const plan::Action& action : *actions) {
      if (action.fidelity == Fidelity::kExact) continue;
      diagnostics.add(Diagnostic(Code::kFidelity, "`" + action.desired.address.str() + "` is " +
                                                      std::string(name(action.fidelity)) +
                                                      " and --require exact was asked for")
                          .on(host));
    }
  }
}

Result<SnapshotReader> open_snapshot(const std::filesystem::path& file, std::optional<std::int64_t> max_age) {
  PLUMB_TRY_ASSIGN(SnapshotReader snapshot, SnapshotReader::open(file));
  if (!max_age) return snapshot;
  if (snapshot.taken_at() >= oldest_that_counts(*max_age, std::chrono::system_clock::now())) return snapshot;
  return fail(Code::kNotInSnapshot,
              "the snapshot was taken at " + snapshot.taken_at() + ", which is longer ago than `max_fact_age` allows")
      .hint("`plumb observe -o FILE` takes a new one");
}

std::optional<FleetPlan> plan_snapshot(Workspace& workspace, const plan::Scope& scope,
                                       const std::filesystem::path& file, const RunContext& context) {
  if (!read_secrets(workspace, context)) return std::nullopt;
  const ir::CompilerInput input = workspace.compiler_input();
  Diagnostics found;
  ir::Compiler(input).check(workspace.hosts(), found);
  context.tell(found);
  if (found.has_errors()) return std::nullopt;
  Result<SnapshotReader> snapshot = open_snapshot(file, workspace.project().max_fact_age);
  if (!snapshot) {
    context.tell(snapshot.error());
    return std::nullopt;
  }
  Result<FleetPlan> planned =
      plan_offline(input, workspace.hosts(), *snapshot, {scope, core_count(), &context.control});
  if (planned) return std::move(*planned);
  context.tell(planned.error());
  return std::nullopt;
}

FleetPlan plan_hosts(Fleet& fleet, const plan::Scope& scope, const RunContext& context) {
  context.tell({.kind = RunEvent::Kind::kPhase, .host = {}, .phase = {Phase::kPlan, fleet.size(), nullptr}});
  FleetPlan planned = fleet.plan(scope);
  context.tell({.kind = RunEvent::Kind::kPhaseOver, .host = {}});
  return planned;
}

}  // namespace

plan::Scope scope_of(const Workspace& workspace, const PlanRequest& request) {
  plan::Scope scope{workspace.request().on, workspace.request().limit, request.tags,
                    request.skip_tags,      request.addresses,         request.start_at};
  scope.prune = request.prune;
  return scope;
}

void check_scope(const config::Project& project, const plan::Scope& scope, Diagnostics& diagnostics) {
  // Orphans have addresses that no project knows.
  if (scope.prune) return;
  config::check_tags(project.root, scope.tags, diagnostics);
  config::check_tags(project.root, scope.skip_tags, diagnostics);
  for (const std::string& pattern : scope.addresses) ir::check_selector(project, pattern, diagnostics);
  if (!scope.start_at.empty()) ir::check_selector(project, scope.start_at, diagnostics);
}

// Of addresses that are worked out for each host, none may be meant.
void check_something_is_meant(const plan::Plan& plan, Diagnostics& diagnostics) {
  const plan::Scope& scope = plan.scope;
  if (plan.hosts.empty() || (scope.addresses.empty() && scope.start_at.empty())) return;
  const bool nothing = std::all_of(plan.hosts.begin(), plan.hosts.end(), [](const auto& host) {
    return host.second.unchanged == 0 && host.second.actions.empty() && host.second.held_back.empty() &&
           host.second.forgotten.empty() && host.second.orphans.empty();
  });
  if (!nothing) return;
  std::string asked;
  for (const std::string& pattern : scope.addresses) asked += (asked.empty() ? "`" : ", `") + pattern + "`";
  if (!scope.start_at.empty()) append_item(asked, "`" + scope.start_at + "` on", " from ");
  diagnostics.add(Diagnostic(Code::kUnknownAddress, "no resource of these hosts is meant by " + asked)
                      .with_hint("`plumb graph` lists their addresses"));
}

namespace {

// What is told of a plan, and its document.
Planned finish(Planned planned, FleetPlan result, bool exact, const RunContext& context) {
  planned.plan = std::move(result.plan);
  planned.contents = std::move(result.contents);
  planned.hosts = std::move(result.hosts);
  Diagnostics found = std::move(result.diagnostics);
  check_something_is_meant(planned.plan, found);
  planned.broken = found.has_errors();
  for (const auto& [host, told] : planned.hosts) found.extend(told.diagnostics);
  planned.outcome = outcome_of(planned.hosts);
  if (context.control.level() != StopLevel::kNone) planned.outcome = RunOutcome::kInterrupted;
  if (exact) {
    const std::size_t before = found.error_count();
    check_fidelity(planned.plan, found);
    if (found.error_count() > before) planned.outcome = std::max(planned.outcome, RunOutcome::kStale);
  }
  context.tell(found);
  if (planned.fleet != nullptr && planned.kept) planned.kept = keep_late_reports(*planned.fleet, context);
  tell_unkept(planned.kept, context);
  planned.document.emplace();
  planned.plan_id = plan::write_artifact(planned.plan, [&document = planned.document](std::string_view piece) {
    if (document && document->size() + piece.size() > kLargestKept) document.reset();
    if (document) *document += piece;
  });
  return planned;
}

}  // namespace

std::optional<Planned> make_plan(Workspace& workspace, const PlanRequest& request, const RunContext& context) {
  if (const Result<KeyState> key = workspace.find_key(); !key) {
    context.tell(key.error());
    return std::nullopt;
  }
  const plan::Scope scope = scope_of(workspace, request);
  Diagnostics unknown;
  check_scope(workspace.project(), scope, unknown);
  context.tell(unknown);
  if (unknown.has_errors()) return std::nullopt;

  Planned planned;
  if (request.snapshot.empty()) {
    planned.fleet = compile_fleet(workspace, workspace.hosts(), context, {.plans = true});
    if (planned.fleet == nullptr) return std::nullopt;
    return finish_plan(std::move(planned), scope, request.exact, context);
  }
  std::optional<FleetPlan> result = plan_snapshot(workspace, scope, request.snapshot, context);
  if (!result) return std::nullopt;
  return finish(std::move(planned), std::move(*result), request.exact, context);
}

std::optional<Planned> finish_plan(Planned planned, const plan::Scope& scope, bool exact, const RunContext& context) {
  FleetPlan result = plan_hosts(*planned.fleet, scope, context);
  planned.kept = keep_facts(*planned.fleet, context);
  return finish(std::move(planned), std::move(result), exact, context);
}

}  // namespace plumb::run
