// The question before an apply.
#include <map>
#include <memory>
#include <vector>

#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/report/host_list.h"
#include "engine/report/plan_groups.h"
#include "engine/report/plan_text.h"
#include "engine/report/plan_values.h"

namespace plumb::report {
namespace {

// More are counted: what is above the question says them all.
constexpr std::size_t kShown = 10;

// How an action destroys something that is there; "" where it does not.
std::string destruction(const plan::Action& action) {
  if (action.op == Op::kDelete) return "is deleted";
  if (action.op == Op::kReplace) return "is replaced";
  for (const Operation& operation : action.operations) {
    if (const auto* removal = std::get_if<Remove>(&operation))
      return "removes " + visible(removal->path) + (removal->recursive ? " and all below it" : "");
    const auto* packages = std::get_if<PackageTransaction>(&operation);
    if (packages == nullptr || packages->remove.empty()) continue;
    std::string names;
    for (const std::string& name : packages->remove) append_item(names, visible(name));
    return "removes " + names;
  }
  return {};
}

std::string destroyed_text(const std::vector<ActionsOfHosts>& lists) {
  std::map<std::string, std::vector<std::string>> hosts_of;
  std::vector<std::string> order;
  for (const ActionsOfHosts& list : lists) {
    const std::shared_ptr<const plan::Actions> actions = list.actions->get();
    for (const plan::Action& action : *actions) {
      const std::string what = destruction(action);
      if (what.empty()) continue;
      const std::string line = visible(action.desired.address.str()) + " " + what;
      const auto [place, is_new] = hosts_of.try_emplace(line);
      if (is_new) order.push_back(line);
      place->second.insert(place->second.end(), list.hosts.begin(), list.hosts.end());
    }
  }
  if (order.empty()) return {};
  std::string out = "This takes away what is there:\n";
  for (std::size_t i = 0; i < order.size() && i < kShown; ++i)
    out += "  - " + order[i] + ", on " + host_list(hosts_of[order[i]]) + "\n";
  if (order.size() > kShown) out += "  … and " + std::to_string(order.size() - kShown) + " more\n";
  return out;
}

}  // namespace

std::string apply_question(const plan::Plan& plan) {
  const std::vector<ActionsOfHosts> lists = distinct_lists(plan);
  std::size_t changes = 0;
  std::size_t checks = 0;
  std::size_t hosts = 0;
  for (const ActionsOfHosts& list : lists) {
    hosts += list.hosts.size();
    for (const auto& [op, count] : list.actions->counts().ops)
      (op == Op::kVerify ? checks : changes) += count * list.hosts.size();
  }
  const std::string what = changes > 0 ? counted(changes, "change", "changes") : counted(checks, "check", "checks");
  const std::string where = counted(hosts, "host", "hosts");
  return destroyed_text(lists) + (changes > 0 ? "Make " : "Carry out ") + what + " on " + where + "?";
}

}  // namespace plumb::report
