#include "engine/ir/order.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace plumb::ir {
namespace {

// Every node that is left waits for another one that is left, so walking from any of them along its first open
// precedence must come back to a node seen before.
std::vector<std::size_t> find_cycle(std::span<const Precedence> precedences, const std::vector<bool>& placed) {
  std::vector<std::size_t> open_edge(placed.size(), precedences.size());
  for (std::size_t e = precedences.size(); e-- > 0;) {
    if (!placed[precedences[e].before]) open_edge[precedences[e].after] = e;
  }
  std::size_t node = 0;
  while (placed[node]) ++node;
  std::vector<std::size_t> step_of(placed.size(), 0);
  std::vector<std::size_t> walk;
  while (step_of[node] == 0) {
    walk.push_back(open_edge[node]);
    step_of[node] = walk.size();
    node = precedences[open_edge[node]].before;
  }
  walk.erase(walk.begin(), walk.begin() + static_cast<std::ptrdiff_t>(step_of[node] - 1));
  return walk;
}

}  // namespace

Ordering stable_order(std::size_t node_count, std::span<const Precedence> precedences) {
  std::vector<std::size_t> waiting_for(node_count, 0);
  std::vector<std::vector<std::size_t>> followers(node_count);
  for (const Precedence& edge : precedences) {
    ++waiting_for[edge.after];
    followers[edge.before].push_back(edge.after);
  }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < node_count; ++i) {
    if (waiting_for[i] == 0) ready.push(i);
  }
  Ordering result;
  std::vector<bool> placed(node_count, false);
  while (!ready.empty()) {
    const std::size_t node = ready.top();
    ready.pop();
    placed[node] = true;
    result.order.push_back(node);
    for (const std::size_t follower : followers[node]) {
      if (--waiting_for[follower] == 0) ready.push(follower);
    }
  }
  if (result.order.size() < node_count) {
    result.order.clear();
    result.cycle = find_cycle(precedences, placed);
  }
  return result;
}

}  // namespace plumb::ir
