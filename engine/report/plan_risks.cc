#include "engine/report/plan_risks.h"

#include <algorithm>
#include <array>
#include <memory>

namespace plumb::report {

std::string_view name(Risk risk) {
  switch (risk) {
    case Risk::kRestartsHost:
      return "reboots";
    case Risk::kMayCutOff:
      return "cuts_off";
    case Risk::kRemoves:
      return "removes";
    case Risk::kReplaces:
      return "replaces";
    case Risk::kRestarts:
      return "restarts";
    case Risk::kUnforeseen:
      break;
  }
  return "unforeseen";
}

std::string_view words(Risk risk) {
  switch (risk) {
    case Risk::kRestartsHost:
      return "Restarts the host";
    case Risk::kMayCutOff:
      return "Can lock you out, and is undone unless a new login confirms it";
    case Risk::kRemoves:
      return "Removes";
    case Risk::kReplaces:
      return "Replaces";
    case Risk::kRestarts:
      return "Restarts";
    case Risk::kUnforeseen:
      break;
  }
  return "Does what cannot be foreseen";
}

std::set<Risk> risks_of(const plan::Action& action) {
  std::set<Risk> risks;
  if (action.op == Op::kDelete) risks.insert(Risk::kRemoves);
  if (action.op == Op::kReplace) risks.insert(Risk::kReplaces);
  if (action.op == Op::kRestart) risks.insert(Risk::kRestarts);
  if (action.confirm_within > 0) risks.insert(Risk::kMayCutOff);
  if (action.fidelity == Fidelity::kOpaque) risks.insert(Risk::kUnforeseen);
  const auto reboots = [](const Operation& operation) { return std::holds_alternative<Reboot>(operation); };
  if (std::any_of(action.operations.begin(), action.operations.end(), reboots)) risks.insert(Risk::kRestartsHost);
  return risks;
}

RiskyAddresses risky_addresses(const plan::Plan& plan) {
  RiskyAddresses found;
  for (const ActionsOfHosts& list : distinct_lists(plan)) {
    const std::shared_ptr<const plan::Actions> actions = list.actions->get();
    for (const plan::Action& action : *actions) {
      for (const Risk risk : risks_of(action)) {
        std::vector<std::string>& hosts = found[risk][action.desired.address.str()];
        hosts.insert(hosts.end(), list.hosts.begin(), list.hosts.end());
      }
    }
  }
  for (auto& [risk, addresses] : found) {
    for (auto& [address, hosts] : addresses) {
      std::sort(hosts.begin(), hosts.end());
      hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
    }
  }
  return found;
}

std::vector<ActionGroup> riskiest_first(const std::vector<ActionsOfHosts>& lists) {
  struct Ranked {
    int risk = 0;  // the place of the greatest one in the order of telling
    ActionGroup group;
  };
  std::vector<Ranked> ranked;
  std::size_t at_hand = lists.size();
  std::shared_ptr<const plan::Actions> actions;
  for (ActionGroup& group : group_by_hosts(lists)) {
    if (group.list != at_hand) actions = lists[group.list].actions->get();
    at_hand = group.list;
    int risk = static_cast<int>(Risk::kUnforeseen) + 1;
    for (const std::size_t position : group.positions) {
      const std::set<Risk> risks = risks_of((*actions)[position]);
      if (!risks.empty()) risk = std::min(risk, static_cast<int>(*risks.begin()));
    }
    ranked.push_back({risk, std::move(group)});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.risk < b.risk; });
  std::vector<ActionGroup> groups;
  for (Ranked& one : ranked) groups.push_back(std::move(one.group));
  return groups;
}

std::vector<OpCount> op_counts(const plan::Plan& plan) {
  constexpr std::array<Op, 8> kOrder = {Op::kDelete, Op::kReplace, Op::kRestart, Op::kRun,
                                        Op::kUpdate, Op::kCreate,  Op::kReload,  Op::kVerify};
  std::map<Op, OpCount> by_op;
  for (const ActionsOfHosts& list : distinct_lists(plan)) {
    for (const auto& [op, count] : list.actions->counts().ops) {
      by_op[op].actions += count * list.hosts.size();
      by_op[op].hosts += list.hosts.size();
    }
  }
  std::vector<OpCount> counts;
  for (const Op op : kOrder) {
    if (const auto found = by_op.find(op); found != by_op.end() && found->second.actions > 0)
      counts.push_back({op, found->second.actions, found->second.hosts});
  }
  return counts;
}

}  // namespace plumb::report
