#include "engine/ir/order.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace plumb::ir {
namespace {

using Order = std::vector<std::size_t>;

TEST(StableOrder, KeepsTheDeclaredOrderWithoutEdges) {
  EXPECT_EQ(stable_order(4, {}).order, (Order{0, 1, 2, 3}));
}

TEST(StableOrder, MovesOnlyWhatAnEdgeAsksFor) {
  const Precedence edges[] = {{0, 3}};
  EXPECT_EQ(stable_order(5, edges).order, (Order{1, 2, 3, 0, 4}));
}

TEST(StableOrder, NamesTheEdgesOfACycleInTurn) {
  const Precedence edges[] = {{0, 1}, {1, 2}, {2, 1}, {3, 0}};
  const Ordering result = stable_order(4, edges);
  EXPECT_TRUE(result.order.empty());
  ASSERT_EQ(result.cycle.size(), 2U);
  for (std::size_t i = 0; i < result.cycle.size(); ++i) {
    EXPECT_EQ(edges[result.cycle[i]].before, edges[result.cycle[(i + 1) % result.cycle.size()]].after);
  }
}

TEST(StableOrder, HoldsEveryEdgeOfRandomGraphs) {
  std::mt19937 random(7);  // NOLINT: the same graphs in every run
  for (int round = 0; round < 200; ++round) {
    const std::size_t n = 2 + random() % 40;
    std::vector<std::size_t> rank(n);
    for (std::size_t i = 0; i < n; ++i) rank[i] = i;
    std::shuffle(rank.begin(), rank.end(), random);
    std::vector<Precedence> edges;
    for (std::size_t e = 0; e < n; ++e) {
      const std::size_t a = random() % n;
      const std::size_t b = random() % n;
      if (rank[a] > rank[b]) edges.push_back({a, b});
    }
    const Ordering result = stable_order(n, edges);
    ASSERT_EQ(result.order.size(), n);
    std::vector<std::size_t> place(n);
    for (std::size_t i = 0; i < n; ++i) place[result.order[i]] = i;
    for (const Precedence& edge : edges) EXPECT_GT(place[edge.after], place[edge.before]);
  }
}

}  // namespace
}  // namespace plumb::ir
