// What follows from a file that the same plan changes.
#include "engine/simulate/testing/simulate_fixture.h"

namespace plumb::simulate {
namespace {

using plan::Action;

class FollowsTest : public SimulateTest {
 protected:
  void add_lamp(bool obstructed, bool lit = false) {
    Observed observed = there({{"lit", lit}});
    if (obstructed) observed.obstacle = Diagnostic(Code::kRefusedByState, "the wire is loose");
    add(node("lamp:desk", {{"name", "desk"}, {"lit", true}}), std::move(observed));
    graph_.nodes.back().span = {"plumb.yaml", 7, 11, 7, 20};
  }
};

TEST_F(FollowsTest, AnObstacleThatAnEarlierActionMayTakeAwayBoundsIt) {
  add_lamp(true);
  EXPECT_FALSE(run()) << "nothing changes the wire";
  graph_.nodes.clear();
  observation_.states.clear();
  add_file("/wires/desk", "other", "loose");
  add_lamp(true);
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  ASSERT_EQ(simulation->actions->size(), 2U);
  const Action& lamp = simulation->actions->back();
  EXPECT_EQ(lamp.fidelity, Fidelity::kBounded);
  EXPECT_EQ(lamp.unknown_until, std::vector<std::string>{"note:/wires/desk"});
  EXPECT_EQ(lamp.needs, std::vector<std::string>{"note:/wires/desk"});
  EXPECT_TRUE(lamp.operations.empty()) << "what is to be done is known then";
  EXPECT_EQ(lamp.note, "decided after note:/wires/desk; now the wire is loose");
  // That of another one, or one that is as it should be, does not.
  graph_.nodes.front().desired.attributes["at"] = "/wires/hall";
  EXPECT_FALSE(run());
  graph_.nodes.front().desired.attributes["at"] = "/wires/desk";
  observation_.states.front() = there({{"text", digest("other")}});
  EXPECT_FALSE(run());
}

TEST_F(FollowsTest, AlsoWhereTheFileIsToGo) {
  add(node("note:/wires/desk", {{"at", "/wires/desk"}, {"gone", true}}), there({{"text", digest("loose")}}));
  add_lamp(true);
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_EQ(simulation->actions->back().unknown_until, std::vector<std::string>{"note:/wires/desk"});
}

TEST_F(FollowsTest, WhatIsAsItShouldBeIsLookedAtAgainWhereItMayNotBeThen) {
  add_file("/wires/desk", "same", "loose");
  add_lamp(false, true);
  EXPECT_EQ(run()->actions->size(), 1U);
  add_file("/wires/desk", "other", "loose");
  std::swap(graph_.nodes.front(), graph_.nodes.back());
  graph_.nodes.pop_back();
  observation_.states.pop_back();
  ASSERT_EQ(run()->actions->size(), 2U);
  EXPECT_EQ(run()->actions->back().fidelity, Fidelity::kBounded);
}

TEST_F(FollowsTest, WhereTheProjectContradictsItselfBothPlacesAreTold) {
  add_file("/wires/desk", "cut", "loose");
  add_lamp(false);
  EXPECT_FALSE(run());
  ASSERT_EQ(diagnostics_.items().size(), 1U);
  const Diagnostic& problem = diagnostics_.items().front();
  EXPECT_EQ(problem.summary, "it cannot be lit, because its wire is cut");
  EXPECT_EQ(problem.span->line, 7);
  ASSERT_EQ(problem.related.size(), 1U);
  EXPECT_EQ(problem.related.front().span.line, 4);
}

}  // namespace
}  // namespace plumb::simulate
