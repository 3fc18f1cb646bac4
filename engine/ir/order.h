// A stable topological order: the declared order, changed only where an edge asks for it.
// Knows nothing of resources. Kahn's algorithm with the ready node of the lowest index first, O((n + e) log n).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace plumb::ir {

// `after` must come after `before`.
struct Precedence {
  std::size_t after = 0;
  std::size_t before = 0;
};

struct Ordering {
  std::vector<std::size_t> order;  // node indices in execution order; empty where there is a cycle
  std::vector<std::size_t> cycle;  // indices into the precedences, each one's `before` is the next one's `after`
};

Ordering stable_order(std::size_t node_count, std::span<const Precedence> precedences);

}  // namespace plumb::ir
