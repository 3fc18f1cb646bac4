// Probes of what a plan changes.
#include "engine/simulate/testing/simulate_fixture.h"

namespace plumb::simulate {
namespace {

using plan::Action;

class ProbesTest : public SimulateTest {
 protected:
  void add_probed(const char* now) {
    add_file("/etc/motd", "new", now);
    Probe probe;
    probe.tcp = "127.0.0.1:80";
    graph_.nodes.back().probes = {probe};
  }
};

TEST_F(ProbesTest, FollowTheActionsOfTheirResource) {
  add_probed("old");
  add_file("/etc/after", "x", nullptr);
  graph_.edges.push_back({1, 0, ir::EdgeKind::kAfter, Op::kNone, {}});
  const std::optional<Simulation> simulation = run();
  ASSERT_EQ(simulation->actions->size(), 3U);
  const Action& probe = (*simulation->actions)[1];
  EXPECT_EQ(probe.op, Op::kVerify);
  EXPECT_EQ(probe.desired.address.str(), "note:/etc/motd");
  EXPECT_TRUE(probe.triggered);
  EXPECT_FALSE(probe.pending);
  EXPECT_EQ(probe.triggered_by, std::vector<std::string>{"note:/etc/motd"});
  EXPECT_EQ(probe.operations.size(), 1U);
  EXPECT_EQ(simulation->actions->back().needs, std::vector<std::string>{"note:/etc/motd"});
}

TEST_F(ProbesTest, AreNotAskedWhereNothingIsDone) {
  add_probed("new");
  EXPECT_TRUE(run()->actions->empty());
}

TEST_F(ProbesTest, ThatAreOwedArePlannedAgain) {
  add_probed("new");
  observation_.owe("note:/etc/motd", Op::kVerify, {"note:/etc/motd"});
  EXPECT_EQ(only_action(run()).op, Op::kVerify);
  EXPECT_TRUE(only_action(run()).pending);
  EXPECT_TRUE(moot_probes(graph_, observation_).empty());
  graph_.nodes.back().probes.clear();
  EXPECT_TRUE(run()->actions->empty());
  EXPECT_EQ(moot_probes(graph_, observation_), std::vector<std::string>{"note:/etc/motd"});
}

TEST_F(ProbesTest, HaveToPassSeveralTimesInARowAfterARestartOrReload) {
  add_file("/etc/nginx/nginx.conf", "new", "old");
  add(node("lamp:nginx", {{"name", "nginx"}, {"lit", true}}), there({{"lit", true}, {"can_tune", true}}));
  Probe plain, once, asked;
  plain.tcp = once.tcp = asked.tcp = "127.0.0.1:80";
  once.within_seconds = 0;
  asked.stable = 7;
  graph_.nodes.back().probes = {plain, once, asked};
  for (const Op op : {Op::kRestart, Op::kReload}) {
    graph_.edges = {{1, 0, ir::EdgeKind::kTrigger, op, {}}};
    const std::optional<Simulation> simulation = run();
    ASSERT_EQ(simulation->actions->size(), 3U);
    const auto stable = [&](std::size_t i) {
      return std::get<Probe>(simulation->actions->back().operations[i]).stable;
    };
    EXPECT_EQ(stable(0), 3);
    EXPECT_EQ(stable(1), 0);
    EXPECT_EQ(stable(2), 7);
  }
}

TEST_F(ProbesTest, ARestartAndAProbeMayBeOwedTogether) {
  add(node("lamp:nginx", {{"name", "nginx"}, {"lit", true}}), there({{"lit", true}}));
  Probe probe;
  probe.http = "http://127.0.0.1/";
  graph_.nodes.back().probes = {probe};
  observation_.owe("lamp:nginx", Op::kVerify, {"lamp:nginx"});
  observation_.owe("lamp:nginx", Op::kRestart, {"note:/etc/nginx/nginx.conf"});
  const std::optional<Simulation> simulation = run();
  ASSERT_EQ(simulation->actions->size(), 2U);
  EXPECT_EQ(simulation->actions->front().op, Op::kRestart);
  EXPECT_EQ(simulation->actions->back().op, Op::kVerify);
}

}  // namespace
}  // namespace plumb::simulate
