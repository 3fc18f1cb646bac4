#include "engine/lsp/plan_preview.h"

#include <algorithm>
#include <set>

#include "engine/base/joined.h"
#include "engine/base/pool.h"
#include "engine/plan/source_place.h"
#include "engine/run/offline.h"

namespace plumb::lsp {
namespace {

constexpr std::size_t kMostNamed = 3;

std::string hosts_text(const std::set<std::string>& hosts) {
  if (hosts.size() > kMostNamed) return std::to_string(hosts.size()) + " hosts";
  return joined(hosts);
}

std::string count_text(std::size_t count, const char* one, const char* more) {
  return std::to_string(count) + " " + (count == 1 ? one : more);
}

}  // namespace

Result<PlanPreview> preview_plan(const Look& look, const std::filesystem::path& snapshot) {
  PLUMB_TRY_ASSIGN(run::SnapshotReader reader, run::SnapshotReader::open(snapshot));
  run::OfflineOptions options;
  options.scope = reader.scope();
  options.threads = core_count();
  PLUMB_TRY_ASSIGN(const run::FleetPlan made,
                   run::plan_offline(look.workspace()->compiler_input(), look.workspace()->hosts(), reader, options));
  if (made.plan.hosts.empty()) return fail(Code::kNotInSnapshot, "the snapshot holds none of the hosts");
  std::map<std::pair<std::string, int>, std::map<std::string, std::set<std::string>>> found;
  std::set<std::string> changed;
  std::size_t actions = 0;
  for (const auto& [host, plan] : made.plan.hosts) {
    const auto list = plan.actions.get();
    if (list == nullptr) continue;
    for (const plan::Action& action : *list) {
      ++actions;
      changed.insert(host);
      const std::optional<SourceSpan> place = plan::place_of(action.source);
      if (place) found[{place->file, place->line}][std::string(name(action.op))].insert(host);
    }
  }
  PlanPreview preview;
  preview.summary = actions == 0 ? "plan: nothing to do"
                                 : "plan: " + count_text(actions, "action", "actions") + " on " +
                                       count_text(changed.size(), "host", "hosts");
  for (const auto& [place, ops] : found) {
    std::string text;
    for (const auto& [op, hosts] : ops) append_item(text, op + " on " + hosts_text(hosts), "; ");
    preview.lines.emplace(place, "plan: " + text);
  }
  return preview;
}

}  // namespace plumb::lsp
