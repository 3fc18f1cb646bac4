// The few lines around a plan: what it is narrowed to, and what it comes to.
#include <map>
#include <vector>

#include "engine/base/joined.h"
#include "engine/report/host_list.h"
#include "engine/report/plan_groups.h"
#include "engine/report/plan_text.h"
#include "engine/report/plan_values.h"
#include "engine/report/rollout_text.h"
#include "engine/report/style.h"

namespace plumb::report {

std::string scope_text(const plan::Plan& plan, bool color) {
  const auto listed = [](const std::set<std::string>& names) { return joined(names); };
  std::string out;
  if (!plan.scope.limit.empty()) out += "Only hosts that match " + plan.scope.limit + ".\n";
  if (plan.scope.narrows_resources()) {
    int left_out = 0;
    for (const auto& [name, host] : plan.hosts) left_out += host.left_out;
    out += "Only resources";
    if (!plan.scope.tags.empty()) out += " tagged " + listed(plan.scope.tags);
    if (!plan.scope.skip_tags.empty()) out += " not tagged " + listed(plan.scope.skip_tags);
    if (!plan.scope.addresses.empty()) out += " that match " + listed(plan.scope.addresses);
    if (!plan.scope.start_at.empty()) out += " from " + plan.scope.start_at + " on";
    out += "; " + counted(static_cast<std::size_t>(left_out), "is", "are") + " left out.\n";
  }
  if (!plan.scope.undoes.empty()) out += "Takes back run " + plan.scope.undoes + ".\n";
  return out.empty() ? out : tint(out.substr(0, out.size() - 1), Tone::kYellow, color) + "\n";
}

namespace {

std::string unplanned_text(const plan::Plan& plan, bool color) {
  if (plan.unplanned.empty()) return {};
  std::vector<std::string> names;
  for (const auto& [host, code] : plan.unplanned) names.push_back(host);
  return tint("No plan", Tone::kRed, color) + " for " + counted(names.size(), "host", "hosts") + ": " +
         host_list(names) + "\n";
}

// Counts of actions and of hosts, in one line; "" where there is no host.
std::string totals_text(const plan::Plan& plan, bool color) {
  std::map<Op, std::size_t> ops;
  std::size_t unchanged = 0;
  std::size_t changing = 0;
  bool is_held_back = false;
  for (const auto& [host, host_plan] : plan.hosts) {
    unchanged += static_cast<std::size_t>(host_plan.unchanged);
    is_held_back |= !host_plan.held_back.empty();
    changing += host_plan.actions.empty() ? 0 : 1;
  }
  if (plan.hosts.empty()) return {};
  const std::string hosts = counted(plan.hosts.size(), "host", "hosts");
  if (changing == 0 && !plan.scope.undoes.empty()) {
    return tint("Nothing is taken back", Tone::kYellow, color) + ": what that run did on " + hosts +
           (plan.changes_records() ? " is gone.\n" : " stays as it is.\n");
  }
  if (changing == 0) {
    return tint("Nothing to change", Tone::kGreen, color) +
           (plan.changes_records() ? " but what the hosts' records say: " : ": ") +
           counted(unchanged, "resource", "resources") + " on " + hosts +
           (is_held_back ? " as asked for.\n" : ", all as asked for.\n");
  }
  for (const ActionsOfHosts& list : distinct_lists(plan)) {
    for (const auto& [op, count] : list.actions->counts().ops) ops[op] += count * list.hosts.size();
  }
  std::string all;
  for (const auto& [op, count] : ops) append_item(all, std::to_string(count) + " to " + std::string(name(op)));
  const std::size_t still = plan.hosts.size() - changing;
  return tint("Plan", Tone::kBold, color) + ": " + all + " on " + counted(changing, "host", "hosts") + ". " +
         counted(unchanged, "resource", "resources") + " unchanged" +
         (still > 0 ? ", " + counted(still, "host", "hosts") + " with nothing to change.\n" : ".\n");
}

}  // namespace

std::string plan_head(const plan::Plan& plan, bool color) {
  return totals_text(plan, color) + unplanned_text(plan, color);
}

std::string plan_summary(const plan::Plan& plan, const PlanTextOptions& options) {
  const bool color = options.color;
  std::map<Fidelity, std::size_t> fidelities;
  std::size_t unguarded = 0;
  std::size_t pending = 0;
  std::size_t held_back = 0;
  std::size_t waiting = 0;
  for (const auto& [host, host_plan] : plan.hosts) {
    const std::size_t of_readings = waiting_for_readings(host_plan).size();
    waiting += of_readings;
    held_back += host_plan.held_back.size() - of_readings;
  }
  for (const ActionsOfHosts& list : distinct_lists(plan)) {
    const plan::ActionCounts& counts = list.actions->counts();
    for (const auto& [fidelity, count] : counts.fidelities) fidelities[fidelity] += count * list.hosts.size();
    pending += counts.pending * list.hosts.size();
    unguarded += counts.unguarded * list.hosts.size();
  }
  std::string out = totals_text(plan, color);
  if (fidelities[Fidelity::kBounded] + fidelities[Fidelity::kOpaque] > 0) {
    out += "Fidelity: " + std::to_string(fidelities[Fidelity::kExact]) + " exact, " +
           std::to_string(fidelities[Fidelity::kBounded]) + " bounded, " +
           std::to_string(fidelities[Fidelity::kOpaque]) + " opaque.\n";
  }
  if (plan.rollout) out += rollout_text(*plan.rollout);
  if (const std::size_t steps = plan::step_count(plan); steps > 0)
    out += "Around the turns of hosts " + counted(steps, "step is", "steps are") + " done elsewhere.\n";
  if (unguarded > 0)
    out += counted(unguarded, "command has", "commands have") + " no guard and will run at every apply.\n";
  if (pending > 0) out += counted(pending, "action is", "actions are") + " owed from an earlier run.\n";
  if (held_back > 0) {
    out += counted(held_back, "resource is", "resources are") + " left as " + (held_back == 1 ? "it is" : "they are") +
           ", being locked or in need of one that is.\n";
  }
  if (plan.is_half()) {
    out += "Readings may be others once this is done: " +
           (waiting == 0 ? std::string("what comes of them is")
                         : counted(waiting, "resource that comes of them is", "resources that come of them are")) +
           " for the next plan.\n";
  }
  out += orphans_text(plan, options);
  return out + unplanned_text(plan, color);
}

}  // namespace plumb::report
