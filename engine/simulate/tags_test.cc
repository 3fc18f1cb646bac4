// Plans of a part of the resources.
#include "engine/simulate/testing/simulate_fixture.h"

namespace plumb::simulate {
namespace {

using plan::Action;
using plan::Due;

class TagsTest : public SimulateTest {
 protected:
  // A configuration file and the service that reloads for it, each with a tag.
  void add_server() {
    add_file("/etc/nginx/nginx.conf", "new", "old");
    graph_.nodes[0].tags = {"config"};
    ir::Node service = node("lamp:nginx", {{"name", "nginx"}, {"lit", true}});
    service.tags = {"service"};
    add(std::move(service), there({{"lit", true}, {"can_tune", true}}));
    graph_.edges.push_back({1, 0, ir::EdgeKind::kTrigger, Op::kReload, {}});
  }
};

TEST_F(TagsTest, OnlyWhatIsChosenIsPlanned) {
  add_server();
  EXPECT_EQ(run()->actions->size(), 2U);
  EXPECT_EQ(run()->host.unchanged, 0) << "what is only reloaded is counted as that";
  scope_.tags = {"service"};
  const std::optional<Simulation> simulation = run();
  EXPECT_TRUE(simulation->actions->empty());
  EXPECT_EQ(simulation->host.unchanged, 1);
  EXPECT_EQ(simulation->host.left_out, 1);
}

TEST_F(TagsTest, WhatIsLeftOutIsNoOrphanAndNeedNotBeObserved) {
  add_server();
  observation_.recorded["lamp:nginx"] = Json::object();
  observation_.states[1] = Error(Diagnostic(Code::kCannotObserve, "it does not say"));
  scope_.skip_tags = {"service"};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_TRUE(simulation->host.orphans.empty());
}

TEST_F(TagsTest, AReloadOfWhatIsLeftOutIsOwed) {
  add_server();
  scope_.tags = {"config"};
  EXPECT_EQ(only_action(run()).owes, (std::vector<Due>{{"lamp:nginx", Op::kReload}}));
  observation_.states[1] = there({{"lit", false}});
  EXPECT_TRUE(only_action(run()).owes.empty()) << "what does not run need not be reloaded";
}

TEST_F(TagsTest, WhatAnEarlierRunOwesStaysOwedWhereItIsLeftOut) {
  add_server();
  observation_.owe("lamp:nginx", Op::kRestart, {"note:/etc/other"});
  scope_.skip_tags = {"service"};
  EXPECT_EQ(run()->actions->size(), 1U);
}

TEST_F(TagsTest, NeedingWhatIsLeftOutIsAnErrorThatSaysSo) {
  ir::Node user = node("person:deploy", {{"name", "deploy"}});
  add(std::move(user), absent());
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("person:deploy"), "keeper"});
  ir::Node file = node("note:/srv/x", {{"at", "/srv/x"}, {"text", digest("x")}, {"keeper", "deploy"}});
  file.tags = {"files"};
  add(std::move(file), std::move(observed));
  EXPECT_TRUE(run());
  scope_.tags = {"files"};
  EXPECT_FALSE(run());
  EXPECT_EQ(diagnostics_.items().at(0).code, Code::kNothingProvides);
  EXPECT_NE(diagnostics_.items().at(0).summary.find("this plan leaves out"), std::string::npos);
}

TEST_F(TagsTest, EachOfManyThatSetOffWhatIsLeftOutOwesIt) {
  for (int i = 0; i < 3; ++i) add_file("/etc/nginx/" + std::to_string(i), "new", i == 1 ? "new" : "old");
  add(node("lamp:nginx", {{"name", "nginx"}, {"lit", true}}), there({{"lit", true}, {"can_tune", true}}));
  graph_.nodes.back().tags = {"service"};
  for (std::size_t i = 0; i < 3; ++i) graph_.edges.push_back({3, i, ir::EdgeKind::kTrigger, Op::kReload, {}});
  scope_.skip_tags = {"service"};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  ASSERT_EQ(simulation->actions->size(), 2U) << "one is as it should be";
  for (const Action& action : *simulation->actions) {
    EXPECT_EQ(action.owes, (std::vector<Due>{{"lamp:nginx", Op::kReload}}));
  }
}

}  // namespace
}  // namespace plumb::simulate
