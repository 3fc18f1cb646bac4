#include "engine/run/package_transactions.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/strict/wire_actions.h"
#include "engine/wire/messages.h"
#include "engine/wire/transactions.h"

namespace plumb::run {
namespace {

// A package manager is asked about each; what comes behind these counts as one.
constexpr std::size_t kMostTransactions = 32;

// An upgrade of all is looked at in its turn.
bool brings_or_removes(const plan::Action& action) {
  if (!wire::changes_packages(action.operations)) return false;
  const auto& transaction = std::get<PackageTransaction>(action.operations.front());
  return transaction.upgrade.empty() && (!transaction.install.empty() || !transaction.remove.empty());
}

}  // namespace

std::map<std::size_t, std::size_t> package_transactions(const plan::Actions& actions, const ir::HostGraph& graph) {
  if (std::count_if(actions.begin(), actions.end(), brings_or_removes) < 2) return {};
  std::map<std::string, std::size_t> nodes;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) nodes.emplace(graph.nodes[i].desired.address.str(), i);
  std::map<std::size_t, std::size_t> found;
  std::size_t number = 0;
  for (const std::vector<std::size_t>& members : wire::transactions_in_order(strict::wire_actions(actions))) {
    const std::size_t before = found.size();
    for (const std::size_t member : members) {
      const auto node = nodes.find(actions[member].desired.address.str());
      if (node != nodes.end() && brings_or_removes(actions[member]))
        found.emplace(node->second, std::min(number, kMostTransactions - 1));
    }
    if (found.size() > before) ++number;
  }
  return number < 2 ? std::map<std::size_t, std::size_t>() : found;
}

bool take_over(const std::map<std::size_t, std::size_t>& transactions, simulate::Observation seen,
               simulate::Observation& into) {
  bool differs = false;
  for (const auto& [node, number] : transactions) {
    if (node >= seen.states.size() || !seen.states[node] || !into.states[node]) continue;
    if (wire::to_json(*seen.states[node]) == wire::to_json(*into.states[node])) continue;
    into.states[node] = std::move(seen.states[node]);
    differs = true;
  }
  return differs;
}

}  // namespace plumb::run
