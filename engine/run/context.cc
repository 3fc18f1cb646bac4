#include "engine/run/context.h"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/base/time_text.h"

namespace plumb::run {

void RunContext::tell(const Error& error) const {
  Diagnostics found;
  found.add(error.diagnostic());
  tell(found);
}

std::unique_ptr<Fleet> make_fleet(const Workspace& workspace, const RunContext& context, KeepGraphs keep_graphs) {
  FleetOptions options = context.fleet;
  options.keep_graphs = keep_graphs;
  return std::make_unique<Fleet>(workspace.compiler_input(), context.transport, std::move(options), context.control,
                                 context.observer);
}

std::unique_ptr<Fleet> compile_fleet(const Workspace& workspace, const std::set<std::string>& hosts,
                                     const RunContext& context, KeepGraphs keep_graphs) {
  std::unique_ptr<Fleet> fleet = make_fleet(workspace, context, keep_graphs);
  Diagnostics found;
  const bool compiled = fleet->compile(hosts, found);
  context.tell(found);
  return compiled ? std::move(fleet) : nullptr;
}

CompiledFleet compile_graphs(const Workspace& workspace, const std::set<std::string>& hosts,
                             const RunContext& context) {
  CompiledFleet compiled{compile_fleet(workspace, hosts, context, KeepGraphs::kAll), {}};
  if (compiled.fleet == nullptr) return compiled;
  const bool waits = std::any_of(hosts.begin(), hosts.end(),
                                 [&](const std::string& host) { return compiled.fleet->graph(host) == nullptr; });
  if (waits) compiled.asked = compiled.fleet->contact(true);
  return compiled;
}

RunOutcome keep_facts(const Fleet& fleet, const RunContext& context) {
  const std::map<std::string, Json> told = fleet.facts();
  if (told.empty()) return RunOutcome::kOk;
  const Result<> kept = context.store.store_facts(told, timestamp(std::chrono::system_clock::now()));
  if (kept) return RunOutcome::kOk;
  context.tell(kept.error());
  return RunOutcome::kFailed;
}

namespace {

// What a host tells of a run that was begun elsewhere, or never: it is told, and the history is not the place for it.
Diagnostics not_ours(const std::string& host, const std::vector<const wire::Unreported*>& reports) {
  constexpr std::size_t kShown = 5;
  std::string text = "it tells of run " + reports.front()->run + ", which this history does not hold:";
  for (std::size_t i = 0; i < std::min(reports.size(), kShown); ++i) {
    text += (i == 0 ? " " : ", ") + reports[i]->address + " " + std::string(name(reports[i]->outcome));
  }
  if (reports.size() > kShown) text += " and " + std::to_string(reports.size() - kShown) + " more";
  Diagnostics found;
  found.add(Diagnostic(Code::kUnreportedRun, std::move(text))
                .as(Severity::kWarning)
                .on(host)
                .with_hint("it was begun by somebody else, whose history holds it"));
  return found;
}

}  // namespace

RunOutcome keep_late_reports(const Fleet& fleet, const RunContext& context) {
  const std::string now = timestamp(std::chrono::system_clock::now());
  std::map<std::string, bool> known;  // runs
  for (const auto& [host, all] : fleet.unreported()) {
    std::vector<wire::Unreported> reports;
    std::vector<const wire::Unreported*> of_others;
    for (const wire::Unreported& report : all) {
      const auto [run, is_new] = known.try_emplace(report.run);
      if (is_new) {
        const Result<bool> here = context.store.knows(report.run);
        if (!here) {
          context.tell(here.error());
          return RunOutcome::kFailed;
        }
        run->second = *here;
      }
      if (run->second) {
        reports.push_back(report);
      } else {
        of_others.push_back(&report);
      }
    }
    if (!of_others.empty()) context.tell(not_ours(host, of_others));
    if (reports.empty()) continue;
    for (const wire::Unreported& report : reports) {
      const Result<> kept =
          context.store.report_late({report.run, report.plan, host, report.address, report.outcome, report.text, now});
      if (!kept) {
        context.tell(kept.error());
        return RunOutcome::kFailed;
      }
    }
    Diagnostics found;
    found.add(Diagnostic(Code::kUnreportedRun, "run " + reports.front().run +
                                                   " was cut off on this host; what it had done is now in the history")
                  .as(Severity::kWarning)
                  .on(host)
                  .with_hint("plumb history show " + reports.front().run));
    context.tell(found);
  }
  return RunOutcome::kOk;
}

}  // namespace plumb::run
