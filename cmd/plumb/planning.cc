#include "cmd/plumb/planning.h"

#include <thread>

#include "engine/config/tags.h"
#include "engine/report/diagnostics.h"
#include "engine/report/events.h"
#include "engine/report/plan_text.h"
#include "engine/run/journalist.h"
#include "engine/run/offline.h"

namespace plumb::cmd {
namespace {

// What the hosts' journals told of earlier runs belongs into the history, whatever is done next.
void keep_late_reports(const run::Fleet& fleet, Workspace& workspace) {
  const auto late = fleet.unreported();
  if (late.empty()) return;
  Result<history::History*> history = workspace.history();
  if (!history) return workspace.diagnose(history.error());
  const std::string now = run::timestamp(std::chrono::system_clock::now());
  for (const auto& [host, reports] : late) {
    for (const wire::Unreported& report : reports) {
      const Result<> kept =
          (*history)->report_late({report.run, report.plan, host, report.address, report.outcome, report.text, now});
      if (!kept) return workspace.diagnose(kept.error());
    }
    Diagnostics found;
    found.add(Diagnostic(Code::kUnreportedRun, "run " + reports.front().run +
                                                   " was cut off on this host; what it had done is now in the history")
                  .as(Severity::kWarning)
                  .on(host)
                  .with_hint("plumb history show " + reports.front().run));
    workspace.diagnose(found);
  }
}

void check_fidelity(const plan::Plan& plan, Diagnostics& diagnostics) {
  for (const auto& [host, host_plan] : plan.hosts) {
    for (const plan::Action& action : *host_plan.actions) {
      if (action.fidelity == Fidelity::kExact) continue;
      diagnostics.add(Diagnostic(Code::kFidelity, "`" + action.desired.address.str() + "` is " +
                                                      std::string(name(action.fidelity)) +
                                                      " and --require exact was asked for")
                          .on(host));
    }
  }
}

std::optional<run::FleetPlan> plan_snapshot(Workspace& workspace, const plan::Scope& scope, const std::string& file) {
  const std::optional<ir::CompilerInput> input = workspace.compiler_input();
  if (!input) return std::nullopt;
  Diagnostics found;
  ir::Compiler(*input).check(workspace.hosts(), found);
  workspace.diagnose(found);
  if (found.has_errors()) return std::nullopt;
  Result<run::SnapshotReader> snapshot = run::SnapshotReader::open(file);
  if (!snapshot) {
    workspace.diagnose(snapshot.error());
    return std::nullopt;
  }
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  Result<run::FleetPlan> planned = run::plan_offline(*input, workspace.hosts(), *snapshot, {scope, threads});
  if (planned) return std::move(*planned);
  workspace.diagnose(planned.error());
  return std::nullopt;
}

}  // namespace

void add_tag_options(CLI::App& command, PlanningOptions& planning) {
  command.add_option("--tags", planning.tags, "Plan only resources with one of these tags")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TAG,…");
  command.add_option("--skip-tags", planning.skip_tags, "Leave out resources with one of these tags")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TAG,…");
}

plan::Scope scope_of(const Options& options, const PlanningOptions& planning) {
  plan::Scope scope;
  scope.on = options.on;
  scope.limit = options.limit;
  scope.tags = {planning.tags.begin(), planning.tags.end()};
  scope.skip_tags = {planning.skip_tags.begin(), planning.skip_tags.end()};
  return scope;
}

std::optional<Planned> make_plan(Workspace& workspace, const Options& options, const PlanningOptions& planning,
                                 Progress& progress, ExitCode& code) {
  code = kInvalidConfiguration;
  if (!workspace.load()) return std::nullopt;
  const plan::Scope scope = scope_of(options, planning);
  Diagnostics unknown;
  config::check_tags(workspace.project().root, scope.tags, unknown);
  config::check_tags(workspace.project().root, scope.skip_tags, unknown);
  workspace.diagnose(unknown);
  if (unknown.has_errors()) return std::nullopt;
  Planned planned;
  if (!planning.snapshot.empty()) {
    auto offline = plan_snapshot(workspace, scope, planning.snapshot);
    if (!offline) return std::nullopt;
    planned.result = std::move(*offline);
  } else {
    planned.fleet = workspace.fleet(workspace.hosts(), progress.observer());
    if (planned.fleet == nullptr) return std::nullopt;
    progress.begin("plan", workspace.hosts().size());
    planned.result = planned.fleet->plan(scope);
    progress.clear();
    workspace.keep_facts(*planned.fleet);
  }

  Diagnostics found = planned.result.diagnostics;
  for (const auto& [host, result] : planned.result.hosts) found.extend(result.diagnostics);
  planned.code = exit_code_of(planned.result.hosts);
  if (workspace.control().level() != run::StopLevel::kNone) planned.code = kInterrupted;
  if (planning.require == "exact") {
    const std::size_t before = found.error_count();
    check_fidelity(planned.result.plan, found);
    if (found.error_count() > before) planned.code = worse(planned.code, kStalePlan);
  }
  workspace.diagnose(found);
  if (planned.fleet != nullptr) keep_late_reports(*planned.fleet, workspace);
  planned.artifact = plan::write_artifact(planned.result.plan);
  code = planned.code;
  if (planned.result.diagnostics.has_errors()) code = worse(code, kFailed);
  return planned;
}

void print_plan(const Planned& planned, Terminal& terminal, const PlanningOptions& planning) {
  if (terminal.events() != nullptr) {
    report::plan_events(planned.result.plan, planned.artifact.id,
                        [&](Json event) { terminal.events()->write(std::move(event)); });
    return;
  }
  if (terminal.json()) {
    return plan::write_expanded(planned.result.plan, {{"id", planned.artifact.id}},
                                [&](std::string_view text) { terminal.print(text); });
  }
  report::PlanTextOptions options;
  options.color = terminal.color();
  options.full = planning.full;
  terminal.print(report::plan_text(planned.result.plan, options));
  terminal.print(report::plan_summary(planned.result.plan, terminal.color()));
}

}  // namespace plumb::cmd
