// What whoever reviews a plan looks at first.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/report/plan_groups.h"

namespace plumb::report {

// The order is that of telling.
enum class Risk {
  kRestartsHost,
  kMayCutOff,  // a new login has to confirm it
  kRemoves,
  kReplaces,
  kRestarts,    // what runs
  kUnforeseen,  // nobody can say before it runs what it does
};

std::string_view name(Risk risk);         // one word, for programs and filters: "cuts_off"
std::string_view words(Risk risk);        // for people, as a heading: "Can lock you out, and is undone unless …"
std::string_view short_words(Risk risk);  // the same as a label: "can lock you out"

std::set<Risk> risks_of(const plan::Action& action);

// The hosts of each address with the risk.
using RiskyAddresses = std::map<Risk, std::map<std::string, std::vector<std::string>>>;
RiskyAddresses risky_addresses(const plan::Plan& plan);

// Those of group_by_hosts(), with the greatest risk first; equal risks in their order.
std::vector<ActionGroup> riskiest_first(const std::vector<ActionsOfHosts>& lists);

struct OpCount {
  Op op = Op::kNone;
  std::size_t actions = 0;
  std::size_t hosts = 0;
};
// What there is of each, with what takes away before what adds.
std::vector<OpCount> op_counts(const plan::Plan& plan);

}  // namespace plumb::report
