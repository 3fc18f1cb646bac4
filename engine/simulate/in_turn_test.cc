// What a plan holds with both outcomes, since an earlier action of it may change the readings that decide.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/simulate/simulate.h"
#include "engine/testing/kinds.h"

namespace plumb::simulate {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class InTurnTest : public ::testing::Test {
 protected:
  ir::Node& add(const std::string& path, bool is_there = false) {
    ir::Node node;
    node.desired.address = {"", "note", path};
    node.desired.attributes = {{"at", path}, {"text", digest("new")}};
    Observed observed;
    observed.exists = is_there;
    if (is_there) observed.attributes = node.desired.attributes;
    observation_.states.emplace_back(std::move(observed));
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back();
  }
  // There where the reading of `of` is so.
  ir::Node& add_in_turn(const std::string& path, const std::string& of, bool holds = false) {
    ir::Node& node = add(path);
    const Json test = {{"equal", {{{"reading", of}}, {{"value", "x"}}}}};
    node.in_turn = std::make_shared<InTurn>(
        InTurn{{{{of, {{"file", "/" + of}}, "string", "-"}}, test, "readings." + of + " == 'x'"}, holds});
    return node;
  }
  void reads(const std::string& name) { graph_.readings[name] = {"/" + name, {}, false}; }
  Simulation run(const plan::Scope& scope = {}) {
    auto simulation = simulate_host({graph_, testing::made_up_kinds(), observation_, "web01", scope}, diagnostics_);
    for (const Diagnostic& one : diagnostics_.items()) ADD_FAILURE() << one.summary;
    return simulation ? std::move(*simulation) : Simulation();
  }
  static const plan::Action* action(const Simulation& simulation, const std::string& address) {
    const plan::Action* found = nullptr;
    for (const plan::Action& one : *simulation.actions) {
      if (one.desired.address.str() == address) found = &one;
    }
    return found;
  }

  ir::HostGraph graph_;
  Observation observation_;
  Diagnostics diagnostics_;
};

TEST_F(InTurnTest, WhatTheRecordHoldsOfItMayGoWithTheNextPlan) {
  reads("a");
  add("/a");
  add_in_turn("/b", "a", true);
  plan::Scope prunes;
  prunes.prune = true;
  EXPECT_THAT(run(prunes).host.moving, IsEmpty());
  observation_.recorded["note:/b"] = {{"text", "old"}};
  EXPECT_THAT(run().host.moving, IsEmpty());
  EXPECT_THAT(run(prunes).host.moving, ElementsAre(Pair("a", "note:/a")));
}

TEST_F(InTurnTest, ThePlanHoldsItAndSaysWhatDecides) {
  reads("a");
  add("/a");
  add_in_turn("/b", "a");
  const Simulation simulation = run();
  const plan::Action* b = action(simulation, "note:/b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->fidelity, Fidelity::kBounded);
  EXPECT_THAT(b->operations, IsEmpty());
  EXPECT_EQ(b->when["text"], "readings.a == 'x'");
  EXPECT_THAT(b->unknown_until, ElementsAre("note:/a"));
  EXPECT_THAT(b->needs, ElementsAre("note:/a"));
  EXPECT_EQ(b->note, "decided in its turn by readings.a, since note:/a may change what is told");
  EXPECT_THAT(simulation.host.moving, IsEmpty());
  EXPECT_THAT(simulation.host.held_back, IsEmpty());
  EXPECT_THAT(simulation.decided_now, IsEmpty());
}

TEST_F(InTurnTest, WhereNothingChangesItsReadingsWhatWasToldDecides) {
  reads("a");
  add_in_turn("/b", "a", true);
  add("/a");
  const Simulation simulation = run();
  EXPECT_EQ(action(simulation, "note:/b"), nullptr);
  EXPECT_THAT(simulation.decided_now, ElementsAre("note:/b"));
}

TEST_F(InTurnTest, AllThatMayChangeItsReadingComeBeforeIt) {
  graph_.readings["a"] = {"/a", {"note:/c"}, false};
  add("/a");
  add("/c");
  add_in_turn("/b", "a");
  EXPECT_THAT(action(run(), "note:/b")->unknown_until, ElementsAre("note:/a", "note:/c"));
}

TEST_F(InTurnTest, ItMayChangeReadingsItself) {
  reads("a");
  reads("b");
  add("/a");
  add_in_turn("/b", "a");
  add_in_turn("/c", "b");
  EXPECT_THAT(action(run(), "note:/c")->unknown_until, ElementsAre("note:/b"));
}

// Its own text comes of a reading, or what is left to the next plan may change the one that decides: it waits too.
TEST_F(InTurnTest, WhatAlsoComesOfAReadingOtherwiseWaitsForTheNextPlan) {
  reads("a");
  reads("b");
  add("/a");
  add_in_turn("/b", "a").readings = {"a"};
  add_in_turn("/c", "b", true);
  const Simulation simulation = run();
  ASSERT_EQ(simulation.host.held_back.size(), 2U);
  EXPECT_EQ(simulation.host.held_back[0], (plan::HeldBack{"note:/b", Op::kNone, "", "note:/a", "a"}));
  EXPECT_EQ(simulation.host.held_back[1], (plan::HeldBack{"note:/c", Op::kCreate, "", "note:/a", "b"}));
  EXPECT_THAT(simulation.host.moving, Contains(Pair("a", "note:/a")));
}

TEST_F(InTurnTest, WhatHasToDoWithItIsLookedAtInItsTurn) {
  reads("a");
  add("/a");
  add_in_turn("/srv", "a");
  add("/srv/x");
  add("/other");
  const Simulation simulation = run();
  EXPECT_THAT(action(simulation, "note:/srv/x")->unknown_until, ElementsAre("note:/srv"));
  EXPECT_EQ(action(simulation, "note:/srv/x")->fidelity, Fidelity::kBounded);
  EXPECT_EQ(action(simulation, "note:/other")->fidelity, Fidelity::kExact);
}

TEST_F(InTurnTest, WhatItMissesComesFromWhatHangsOnTheSameConditionAlone) {
  reads("a");
  add("/a");
  add_in_turn("/b", "a");
  add_in_turn("/c", "a");
  Observed lacking;
  lacking.missing = {{{"", "note", "/b"}, "at"}};
  observation_.states[2] = lacking;
  EXPECT_THAT(action(run(), "note:/c")->needs, ElementsAre("note:/a", "note:/b"));
  // Of another condition it may not be there.
  graph_.nodes[1].in_turn = std::make_shared<InTurn>(InTurn{
      {{{"a", {{"file", "/a"}}, "string", "-"}}, {{"not", graph_.nodes[2].in_turn->condition.test}}, "!"}, true});
  const Simulation simulation = run();
  EXPECT_EQ(action(simulation, "note:/c"), nullptr);
  ASSERT_EQ(simulation.host.held_back.size(), 1U);
  EXPECT_EQ(simulation.host.held_back[0].address, "note:/c");
}

// Earlier actions may change that, and it is not seen through them.
TEST_F(InTurnTest, WhatIsAsAskedForIsLookedAtInItsTurnAllTheSame) {
  reads("a");
  add("/a");
  add_in_turn("/b", "a");
  observation_.states[1]->exists = true;
  observation_.states[1]->attributes = graph_.nodes[1].desired.attributes;
  const Simulation simulation = run();
  ASSERT_NE(action(simulation, "note:/b"), nullptr);
  EXPECT_FALSE(action(simulation, "note:/b")->when.empty());
  EXPECT_EQ(simulation.host.unchanged, 0);
}

TEST_F(InTurnTest, WhatIsLeftOpenGrowsByWhatAPlanChanges) {
  const ir::Undecided none;
  EXPECT_EQ(next_undecided(none, {}, {}), none);
  const ir::Undecided some = next_undecided(none, {{"a", "note:/a"}}, {});
  EXPECT_THAT(some.readings, ElementsAre("a"));
  EXPECT_EQ(next_undecided(some, {{"a", "note:/a"}}, {}), some);
  EXPECT_THAT(next_undecided(some, {}, {"note:/b"}).decided, ElementsAre("note:/b"));
}

}  // namespace
}  // namespace plumb::simulate
