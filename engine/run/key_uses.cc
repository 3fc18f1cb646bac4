#include "engine/run/key_uses.h"

#include <algorithm>
#include <map>

#include "engine/base/file.h"
#include "engine/run/saved_plan.h"

namespace plumb::run {
namespace {

constexpr std::int64_t kMostRuns = 1000;

// Hosts of a plan with something sealed; nothing where it was sealed with another key, or where there is none.
std::set<std::string> sealed_hosts(const plan::Plan& plan, const std::string& id) {
  std::set<std::string> hosts;
  const auto key = plan.inputs.find("key");
  if (key == plan.inputs.end() || key->second != id) return hosts;
  for (const auto& [name, host] : plan.hosts) {
    if (host.actions.counts().sealed) hosts.insert(name);
  }
  return hosts;
}

Result<> look_in_history(const std::string& id, const history::RunStore& store, const Registry& kinds, KeyUses& uses) {
  PLUMB_TRY_ASSIGN(const std::vector<history::RunSummary> runs, store.runs(kMostRuns));
  std::map<std::string, bool> known;  // plans, and whether they use it
  for (const history::RunSummary& run : runs) {
    if (run.plan.empty() || known.contains(run.plan)) continue;
    bool& used = known[run.plan];
    PLUMB_TRY_ASSIGN(const std::optional<std::string> bytes, store.plan_bytes(run.plan));
    // One of another version of plumb cannot be applied any more.
    const Result<SavedPlan> saved = bytes ? read_saved_plan(*bytes, kinds) : Result<SavedPlan>();
    if (!bytes || !saved) continue;
    std::set<std::string> hosts = sealed_hosts(saved->plan, id);
    used = !hosts.empty();
    uses.hosts.merge(hosts);
    if (used && run.outcome != RunOutcome::kOk) uses.runs.push_back(run.id);
  }
  return {};
}

void look_in_folder(const std::string& id, const std::filesystem::path& folder, const Registry& kinds, KeyUses& uses) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const bool may_be = entry.is_regular_file(ignored) && entry.path().extension() == ".json";
    const Result<SavedPlan> saved = may_be ? read_plan_file(entry.path(), kinds) : Result<SavedPlan>();
    if (may_be && saved && !sealed_hosts(saved->plan, id).empty())
      uses.plans.push_back(entry.path().filename().string());
  }
  std::sort(uses.plans.begin(), uses.plans.end());
}

}  // namespace

Result<KeyUses> uses_of_key(const std::string& id, const std::filesystem::path& project_folder,
                            const history::RunStore& store, const Registry& kinds) {
  KeyUses uses;
  PLUMB_TRY(look_in_history(id, store, kinds, uses));
  look_in_folder(id, project_folder, kinds, uses);
  return uses;
}

}  // namespace plumb::run
