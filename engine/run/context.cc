#include "engine/run/context.h"

#include "engine/run/journalist.h"

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

void keep_facts(const Fleet& fleet, const RunContext& context) {
  const std::map<std::string, Json> told = fleet.facts();
  if (told.empty()) return;
  const Result<> kept = context.store.store_facts(told, timestamp(std::chrono::system_clock::now()));
  if (!kept) context.tell(kept.error());
}

void keep_late_reports(const Fleet& fleet, const RunContext& context) {
  const std::string now = timestamp(std::chrono::system_clock::now());
  for (const auto& [host, reports] : fleet.unreported()) {
    for (const wire::Unreported& report : reports) {
      const Result<> kept =
          context.store.report_late({report.run, report.plan, host, report.address, report.outcome, report.text, now});
      if (!kept) return context.tell(kept.error());
    }
    Diagnostics found;
    found.add(Diagnostic(Code::kUnreportedRun, "run " + reports.front().run +
                                                   " was cut off on this host; what it had done is now in the history")
                  .as(Severity::kWarning)
                  .on(host)
                  .with_hint("plumb history show " + reports.front().run));
    context.tell(found);
  }
}

}  // namespace plumb::run
