#include "engine/run/passed_readings.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "providers/sdk/ownership.h"

namespace plumb::run {
namespace {

// How many actions of a host are done, from the first on.
std::size_t done_at(const std::string& host, const history::RunRecord& run) {
  std::set<std::int64_t> done;
  for (const history::ActionRecord& one : run.actions) {
    const ActionOutcome outcome = one.action.outcome;
    const bool well = outcome == ActionOutcome::kChanged || outcome == ActionOutcome::kSatisfied ||
                      outcome == ActionOutcome::kVerified;
    if (one.host == host && well) done.insert(one.action.index);
  }
  std::int64_t count = 0;
  while (done.contains(count)) ++count;
  return static_cast<std::size_t>(count);
}

bool changes(const plan::Action& action, const std::string& path, const Registry& kinds) {
  const Provider* provider = kinds.provider(action.desired.address.kind);
  if (provider == nullptr) return false;
  std::vector<std::string> paths = provider->manages_paths(action.desired);
  for (std::string& one : provider->edits_paths(action.desired)) paths.push_back(std::move(one));
  for (ImpliedPath& one : provider->implies_paths(action.desired)) paths.push_back(std::move(one.path));
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& one) {
    return one == path || is_below(one, path) || (action.op == Op::kDelete && is_below(path, one));
  });
}

}  // namespace

std::map<std::string, std::set<std::string>> passed_readings(const plan::Plan& plan, const history::RunRecord& run,
                                                             const Registry& kinds) {
  std::map<std::string, std::set<std::string>> passed;
  for (const auto& [name, host] : plan.hosts) {
    if (host.readings.empty()) continue;
    const std::shared_ptr<const plan::Actions> actions = host.actions.get();
    if (actions == nullptr) continue;
    const std::size_t done = std::min(done_at(name, run), actions->size());
    for (const UsedReading& reading : host.readings) {
      const std::string path = text_of(reading.source, "file", text_of(reading.source, "path"));
      if (path.empty()) continue;
      const auto end = actions->begin() + static_cast<std::ptrdiff_t>(done);
      if (std::any_of(actions->begin(), end, [&](const plan::Action& action) { return changes(action, path, kinds); }))
        passed[name].insert(reading.name);
    }
  }
  return passed;
}

}  // namespace plumb::run
