// The engine in a program of somebody else's: two projects planned and applied side by side in one process, each with
// its own history, hosts and stop. One of them is stopped in the middle; the other does not notice.
//   two_projects FOLDER     with the projects `shop` and `office` in it
#include <atomic>
#include <cstdio>
#include <thread>

#include "engine/history/sqlite_history.h"
#include "engine/host/simulated.h"
#include "engine/run/apply.h"
#include "providers/sdk/builtin.h"

using namespace plumb;

namespace {

struct Ended {
  RunOutcome outcome = RunOutcome::kInvalid;
  history::RunSummary kept;  // what the history says of it afterwards
};

Ended apply(const std::filesystem::path& folder, run::Control& control, const run::RunObserver& observer) {
  lang::SourceMap sources;
  history::SqliteHistory history(folder / ".plumb" / "history.db");
  Diagnostics found;
  run::WorkspaceRequest project;
  project.folder = folder;
  const Registry kinds = described_builtin_kinds();
  const auto workspace = run::Workspace::load(project, kinds, history, found, sources);
  if (workspace == nullptr) return {};
  host::SimulatedTransport transport;
  const run::RunContext context{history, transport, control, {}, observer, nullptr};
  run::ApplyRequest request;
  request.what = run::PlanRequest();
  request.run = "the-run";
  request.operator_name = "two_projects";
  request.approve = [](const run::Proposal& proposal) { return !proposal.plan.changes_nothing(); };
  const run::ApplyResult result = run::apply(*workspace, std::move(request), context);
  const Result<history::RunRecord> record = history.run("the-run");
  return {result.outcome, record ? record->summary : history::RunSummary()};
}

}  // namespace

int main(int, char** argv) {
  const std::filesystem::path folder = argv[1];
  run::Control undisturbed;
  run::Control stopped;
  std::atomic<int> done{0};
  const auto stop_early = [&](const run::RunEvent& event) {
    const bool changed = event.kind == run::RunEvent::Kind::kAction && event.event->kind == wire::EventKind::kChanged;
    if (changed && ++done == 5) stopped.request_stop();
  };
  Ended shop;
  Ended office;
  std::thread one([&] { shop = apply(folder / "shop", undisturbed, nullptr); });
  std::thread other([&] { office = apply(folder / "office", stopped, stop_early); });
  one.join();
  other.join();
  for (const Ended* end : {&shop, &office}) {
    std::printf("%s: %s, %d hosts, %d changed, %d skipped\n", end->kept.project.c_str(),
                std::string(name(end->outcome)).c_str(), static_cast<int>(end->kept.hosts),
                static_cast<int>(end->kept.changed), static_cast<int>(end->kept.skipped));
  }
  const bool whole = shop.outcome == RunOutcome::kOk && shop.kept.changed == 40 && shop.kept.skipped == 0;
  const bool cut = office.outcome == RunOutcome::kInterrupted && office.kept.changed >= 5 && office.kept.skipped > 0 &&
                   office.kept.changed + office.kept.skipped == 32;
  return whole && cut ? 0 : 1;
}
