#include "engine/report/plan_risks.h"

#include <algorithm>
#include <array>
#include <memory>

namespace plumb::report {

namespace {

struct RiskWords {
  std::string_view name;
  std::string_view heading;
  std::string_view label;
};

// In the order of the enum.
constexpr std::array<RiskWords, 6> kRiskWords = {{
    {"reboots", "Restarts the host", "restarts the host"},
    {"cuts_off", "Can lock you out, and is undone unless a new login confirms it", "can lock you out"},
    {"removes", "Removes", "removes"},
    {"replaces", "Replaces", "replaces"},
    {"restarts", "Restarts", "restarts"},
    {"unforeseen", "Does what cannot be foreseen", "cannot be foreseen"},
}};
static_assert(kRiskWords.size() == static_cast<std::size_t>(Risk::kUnforeseen) + 1);

const RiskWords& words_of(Risk risk) {
  return kRiskWords[static_cast<std::size_t>(risk)];
}

}  // namespace

std::string_view name(Risk risk) {
  return words_of(risk).name;
}

std::string_view words(Risk risk) {
  return words_of(risk).heading;
}

std::string_view short_words(Risk risk) {
  return words_of(risk).label;
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
