#include "engine/run/saved_plan.h"

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"
#include "engine/run/passed_readings.h"
#include "engine/run/plan_contents.h"

namespace plumb::run {
Result<SavedPlan> read_saved_plan(std::string_view bytes, const Registry& kinds) {
  SavedPlan saved;
  PLUMB_TRY_ASSIGN(saved.plan, plan::read_artifact(bytes, kinds));
  saved.id = digest(bytes);
  return saved;
}

Result<SavedPlan> read_plan_file(const std::filesystem::path& file, const Registry& kinds) {
  constexpr const char* kWhatItIs = "a plan is what `plumb plan -o FILE` wrote";
  Result<std::string> bytes = read_file(file, plan::kMaxDocument);
  if (!bytes) return std::move(bytes.error()).hint(kWhatItIs);
  Result<SavedPlan> saved = read_saved_plan(*bytes, kinds);
  if (!saved) return bytes->starts_with('{') ? std::move(saved.error()) : std::move(saved.error()).hint(kWhatItIs);
  saved->contents = contents_folder(file);
  saved->file = file;
  return saved;
}

Result<SavedPlan> plan_to_resume(const history::RunStore& store, const Registry& kinds, const std::string& reference,
                                 Diagnostics& found) {
  PLUMB_TRY_ASSIGN(const history::RunRecord run, store.run(reference));
  PLUMB_TRY_ASSIGN(std::optional<std::string> bytes, store.plan_bytes(run.summary.plan));
  if (!bytes) {
    return fail(Code::kNoSuchRun, "the history holds no plan of run " + run.summary.id)
        .hint("make a new one with `plumb plan`");
  }
  PLUMB_TRY_ASSIGN(SavedPlan saved, read_saved_plan(*bytes, kinds));
  saved.resumed = true;
  PLUMB_TRY_ASSIGN(saved.contents, store.plan_folder(run.summary.plan));
  // The run may itself have gone on with an earlier one of this plan.
  PLUMB_TRY_ASSIGN(const std::set<std::string> done, store.hosts_done(run.summary.plan));
  for (const std::string& host : done) saved.plan.hosts.erase(host);
  saved.passed_readings = passed_readings(saved.plan, run, kinds);
  for (const auto& [host, unused] : saved.plan.unplanned) {
    found.add(Diagnostic(Code::kHostNotInPlan, "run " + run.summary.id + " had no plan for this host")
                  .as(Severity::kWarning)
                  .on(host)
                  .with_hint("plumb apply --on '" + host + "'"));
  }
  return saved;
}

std::set<std::string> check_against(const Workspace& workspace, const plan::Plan& plan, bool resumed,
                                    const std::function<bool()>& stopped, Diagnostics& found) {
  if (plan.project != workspace.project().name) {
    found.add(Diagnostic(Code::kPlanVersion, "the plan is of the project `" + plan.project + "`, and this is `" +
                                                 workspace.project().name + "`"));
  }
  if (plan.engine != PLUMB_VERSION) {
    found.add(Diagnostic(Code::kPlanVersion, "the plan was made by plumb " + plan.engine + "; this is " PLUMB_VERSION)
                  .with_hint("make the plan anew"));
  }
  const auto config = plan.inputs.find("config");
  if (const Result<std::string> now = config::digest_of(workspace.project(), stopped); !now) {
    found.add(now.error().diagnostic());
  } else if (config == plan.inputs.end() || config->second != *now) {
    found.add(
        Diagnostic(Code::kConfigChanged,
                   "the configuration was changed since the plan was made; the plan is applied as it was reviewed")
            .as(Severity::kNote));
  }
  std::set<std::string> hosts;
  for (const auto& [host, unused] : plan.hosts) {
    if (!workspace.inventory().hosts.contains(host)) {
      found.add(Diagnostic(Code::kPlanHostUnknown,
                           "the plan names the host `" + host + "`, which the inventory no longer holds"));
    } else if (workspace.hosts().contains(host)) {
      hosts.insert(host);
    }
  }
  if (resumed || !plan.scope.undoes.empty()) return hosts;
  const Result<std::set<std::string>> now = choose_hosts(workspace.inventory(), plan.scope.on, plan.scope.limit);
  std::string joined;
  for (const std::string& host : now.value_or(std::set<std::string>())) {
    if (!plan.hosts.contains(host)) append_item(joined, host);
  }
  if (!joined.empty()) {
    found.add(Diagnostic(Code::kHostNotInPlan, "not in the plan and not touched: " + joined).as(Severity::kWarning));
  }
  return hosts;
}

}  // namespace plumb::run
