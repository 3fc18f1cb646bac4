// What a host's record holds beyond what is declared: graphs of removals, and what becomes of the record. The kinds are
// made up.
#include <gtest/gtest.h>

#include "engine/base/sealed.h"
#include "engine/ir/removals.h"
#include "engine/simulate/simulate.h"
#include "engine/testing/kinds.h"

namespace plumb::simulate {
namespace {

ir::Node declared(const std::string& address, Json attributes) {
  ir::Node node;
  node.desired.address = *Address::parse(address);
  node.desired.attributes = std::move(attributes);
  return node;
}

std::vector<std::string> addresses(const ir::HostGraph& graph) {
  std::vector<std::string> all;
  for (const ir::Node& node : graph.nodes) all.push_back(node.desired.address.str());
  return all;
}

class OrphansTest : public ::testing::Test {
 protected:
  ir::Removals removals(const std::vector<ir::Orphan>& orphans) { return ir::with_removals(graph_, orphans, kinds_); }

  std::optional<Simulation> simulate(const ir::HostGraph& graph, const Observation& observation) {
    diagnostics_ = Diagnostics();
    return simulate_host({graph, kinds_, observation, "web01"}, diagnostics_);
  }
  std::string said() const { return diagnostics_.empty() ? "" : diagnostics_.items().front().summary; }

  static Observed there(Json attributes) {
    Observed observed;
    observed.exists = true;
    observed.attributes = std::move(attributes);
    return observed;
  }

  const Registry kinds_ = testing::made_up_kinds();
  ir::HostGraph graph_;
  Diagnostics diagnostics_;
};

TEST_F(OrphansTest, ComeInFrontTheOtherWayRoundThanTheyWereMade) {
  graph_.nodes.push_back(declared("note:/d", {{"at", "/d"}}));
  const ir::Removals made = removals({{"crate:c", {{"name", "c"}}, false},
                                      {"lamp:l", {{"name", "l"}, {"lit", true}}, false},
                                      {"note:/s/n", {{"at", "/s/n"}}, false},
                                      {"shelf:/s", {{"at", "/s"}}, false}});
  ASSERT_TRUE(made.graph);
  EXPECT_EQ(addresses(*made.graph), (std::vector<std::string>{"lamp:l", "note:/s/n", "shelf:/s", "note:/d"}));
  EXPECT_EQ(made.forgotten.count("crate:c"), 1U) << "its kind has no word for its removal";
  EXPECT_EQ(ir::verify(*made.graph), "");
  const ir::Node& lamp = made.graph->nodes[0];
  EXPECT_EQ(lamp.desired.attribute("lit"), false);
  EXPECT_TRUE(lamp.forget);
  EXPECT_EQ(lamp.because, ir::kOrphan);
}

TEST_F(OrphansTest, SetOffWhatWatchesThem) {
  graph_.nodes.push_back(declared("lamp:l", {{"name", "l"}, {"lit", true}, {"relight_on", {"note:/etc/*"}}}));
  const ir::Removals made = removals({{"note:/etc/old", {{"at", "/etc/old"}}, false}});
  Observation observation;
  observation.recorded["note:/etc/old"] = {{"at", "/etc/old"}};
  observation.states.emplace_back(there({{"mode", "0644"}}));
  observation.states.emplace_back(there({{"lit", true}}));
  const std::optional<Simulation> simulated = simulate(*made.graph, observation);
  ASSERT_TRUE(simulated) << said();
  ASSERT_EQ(simulated->actions->size(), 2U);
  const plan::Action& removal = simulated->actions->front();
  EXPECT_EQ(removal.op, Op::kDelete);
  EXPECT_EQ(removal.because.at("mode"), "orphan");
  EXPECT_TRUE(removal.forget);
  EXPECT_EQ(simulated->actions->back().op, Op::kRestart);
  EXPECT_FALSE(simulated->actions->back().forget);
  EXPECT_TRUE(simulated->host.orphans.empty());
}

TEST_F(OrphansTest, AreForgottenWhereAnotherHasTheirThing) {
  graph_.nodes.push_back(declared("note:page", {{"at", "/srv/page"}}));
  const ir::Removals made = removals({{"note:/srv/page", {{"at", "/srv/page"}}, false}});
  EXPECT_FALSE(made.graph);
  EXPECT_EQ(made.forgotten.at("note:/srv/page"), "/srv/page is that of `note:page` now");
}

TEST_F(OrphansTest, StayWhereTheyAreNeededOrAreASecret) {
  graph_.nodes.push_back(declared("note:/srv/page", {{"at", "/srv/page"}}));
  const ir::Removals made = removals({{"shelf:/srv", {{"at", "/srv"}}, false}});
  EXPECT_FALSE(made.graph);
  EXPECT_EQ(made.kept.count("shelf:/srv"), 1U);
}

TEST_F(OrphansTest, AreRefusedWhereTheirRemovalIsForbidden) {
  const ir::Removals made = removals({{"note:/etc/old", {{"at", "/etc/old"}}, true}});
  Observation observation;
  observation.states.emplace_back(there(Json::object()));
  EXPECT_FALSE(simulate(*made.graph, observation));
  EXPECT_EQ(diagnostics_.items().front().code, Code::kPreventDestroy);
}

TEST_F(OrphansTest, ThatCannotGoKeepNothingElseFromBeingDone) {
  const ir::Removals made =
      removals({{"note:/etc/bad", {{"at", "/etc/bad"}}, false}, {"note:/etc/gone", {{"at", "/etc/gone"}}, false}});
  Observation observation;
  observation.recorded["note:/etc/bad"] = Json::object();
  observation.recorded["note:/etc/gone"] = Json::object();
  Observed obstructed = there({{"mode", "0644"}});
  obstructed.obstacle = Diagnostic(Code::kRefusedByState, "something lies on it");
  observation.states.emplace_back(std::move(obstructed));
  observation.states.emplace_back(Observed());
  const std::optional<Simulation> simulated = simulate(*made.graph, observation);
  ASSERT_TRUE(simulated) << said();
  EXPECT_TRUE(simulated->actions->empty());
  EXPECT_EQ(simulated->host.orphans, std::vector<std::string>{"note:/etc/bad"});
  ASSERT_EQ(simulated->host.forgotten.size(), 1U);
  EXPECT_EQ(simulated->host.forgotten[0].address, "note:/etc/gone");
  EXPECT_NE(said().find("something lies on it"), std::string::npos) << said();
}

TEST_F(OrphansTest, WhatMayNotBeRemovedIsToldToTheRecord) {
  ir::Node kept = declared("note:/a", {{"at", "/a"}});
  kept.prevent_destroy = true;
  graph_.nodes.push_back(std::move(kept));
  graph_.nodes.push_back(declared("note:/b", {{"at", "/b"}}));
  Observation observation;
  observation.prevented = {"note:/b", "note:/declared-no-more"};
  observation.states.emplace_back(there(Json::object()));
  observation.states.emplace_back(there(Json::object()));
  const std::optional<Simulation> simulated = simulate(graph_, observation);
  ASSERT_TRUE(simulated) << said();
  EXPECT_EQ(simulated->host.prevents, std::vector<std::string>{"note:/a"});
  EXPECT_EQ(simulated->host.permits, std::vector<std::string>{"note:/b"});
  EXPECT_TRUE(simulated->host.changes_record());
}

TEST_F(OrphansTest, MovesRenameWhatTheRecordTells) {
  graph_.nodes.push_back(declared("site/note:/a", {{"at", "/a"}}));
  graph_.nodes.push_back(declared("site/note:/b", {{"at", "/b"}}));
  graph_.moves = {{"note:/a", "web/note:/a"}, {"web/", "site/"}};
  Observation observation;
  observation.recorded = {
      {"note:/a", {{"at", "/a"}}}, {"web/note:/b", {{"at", "/b"}}}, {"web/note:/c", Json::object()}};
  observation.prevented = {"note:/a"};
  observation.owe("web/note:/b", Op::kRestart, {"note:/a"});
  make_moves(graph_, kinds_, observation);
  EXPECT_EQ(observation.moved,
            (std::map<std::string, std::string>{{"site/note:/a", "note:/a"}, {"site/note:/b", "web/note:/b"}}));
  EXPECT_TRUE(observation.recorded.contains("site/note:/a"));
  EXPECT_TRUE(observation.recorded.contains("web/note:/c")) << "nothing is declared by its new name";
  EXPECT_EQ(observation.prevented, std::set<std::string>{"site/note:/a"});
  EXPECT_EQ(observation.owed.at("site/note:/b").because, std::vector<std::string>{"site/note:/a"});
}

TEST_F(OrphansTest, WhatSeveralModulesDeclareIsKnownByEachOfItsAddresses) {
  ir::Node shared = declared("a/note:/n", {{"at", "/n"}});
  shared.also = {{"b/note:/n", {}}, {"c/note:/n", {}}};
  graph_.nodes.push_back(shared);
  graph_.moves = {{"old/", "c/"}};
  for (const char* known : {"b/note:/n", "c/note:/n", "old/note:/n"}) {
    Observation observation;
    observation.recorded = {{known, {{"at", "/n"}, {"mode", "0600"}}}};
    observation.prevented = {known};
    observation.owe(known, Op::kRestart, {known});
    make_moves(graph_, kinds_, observation);
    EXPECT_EQ(observation.moved, (std::map<std::string, std::string>{{"a/note:/n", known}})) << known;
    EXPECT_EQ(observation.recorded.at("a/note:/n").at("mode"), "0600") << known;
    EXPECT_EQ(observation.prevented, std::set<std::string>{"a/note:/n"}) << known;
    EXPECT_EQ(observation.owed.at("a/note:/n").because, std::vector<std::string>{"a/note:/n"}) << known;
  }
  Observation observation;
  observation.recorded = {{"a/note:/n", {{"at", "/n"}}}, {"c/note:/n", {{"at", "/n"}}}};
  make_moves(graph_, kinds_, observation);
  EXPECT_TRUE(observation.moved.empty());
  EXPECT_EQ(observation.forgotten, (std::map<std::string, std::string>{{"c/note:/n", "it is `a/note:/n` too"}}));
  EXPECT_TRUE(orphans_of(graph_, observation, {}).empty());
}

TEST_F(OrphansTest, TheSameThingInAnotherModuleIsNoOrphan) {
  graph_.nodes.push_back(declared("b/note:/n", {{"at", "/n"}}));
  graph_.nodes.push_back(declared("b/note:named", {{"at", "/m"}}));
  graph_.nodes.push_back(declared("b/chore:c", {{"name", "c"}, {"does", "x"}}));
  Observation observation;
  observation.recorded = {{"a/note:/n", {{"at", "/n"}}},
                          {"a/note:named", {{"at", "/other"}}},
                          {"a/chore:c", {{"name", "c"}, {"does", "x"}}}};
  make_moves(graph_, kinds_, observation);
  EXPECT_EQ(observation.moved, (std::map<std::string, std::string>{{"b/note:/n", "a/note:/n"}}))
      << "a name alone is no thing, and what is run is none";
  EXPECT_EQ(orphans_of(graph_, observation, {}).size(), 2U);
  graph_.whole = false;
  Observation of_a_part;
  of_a_part.recorded = {{"a/note:/n", {{"at", "/n"}}}};
  make_moves(graph_, kinds_, of_a_part);
  EXPECT_TRUE(of_a_part.moved.empty());
}

TEST_F(OrphansTest, AMoveAcrossTwoThingsIsRefused) {
  graph_.nodes.push_back(declared("note:/b", {{"at", "/b"}}));
  graph_.nodes.push_back(declared("chore:d", {{"name", "d"}, {"does", "x"}, {"do_on", {"note:/b"}}}));
  graph_.moves = {{"note:/a", "note:/b"}, {"chore:c", "chore:d"}};  // a name alone can be another one
  Observation observation;
  observation.recorded = {{"note:/a", {{"at", "/a"}}}, {"chore:c", {{"name", "c"}, {"does", "x"}}}};
  observation.states.emplace_back(there(Json::object()));
  observation.states.emplace_back(there({{"due", false}}));
  make_moves(graph_, kinds_, observation);
  EXPECT_FALSE(simulate(graph_, observation));
  EXPECT_EQ(diagnostics_.items().front().code, Code::kBadMove);
  EXPECT_EQ(said(), "`note:/a` is said to be `note:/b` now, and that is another: /b, and not /a");
  EXPECT_EQ(diagnostics_.error_count(), 1U);
}

TEST_F(OrphansTest, WhatMayNotBeRemovedGoesWithNothingElse) {
  graph_.nodes.push_back(declared("shelf:/s", {{"at", "/s"}, {"gone", true}, {"with_all", true}}));
  Observation observation;
  observation.recorded["note:/s/n"] = {{"at", "/s/n"}};
  observation.states.emplace_back(there(Json::object()));
  EXPECT_TRUE(simulate(graph_, observation)) << said();
  observation.prevented = {"note:/s/n"};
  EXPECT_FALSE(simulate(graph_, observation));
  EXPECT_EQ(diagnostics_.items().front().code, Code::kPreventDestroy);
  EXPECT_NE(said().find("`shelf:/s` would take `note:/s/n` away"), std::string::npos) << said();

  observation.recorded["note:/sister"] = {{"at", "/sister"}};
  observation.prevented = {"note:/sister"};
  EXPECT_TRUE(simulate(graph_, observation)) << said();
  graph_.nodes.front().desired.attributes = {{"at", "/sister"}, {"gone", true}};
  EXPECT_FALSE(simulate(graph_, observation)) << "another thing has its very path";
}

TEST_F(OrphansTest, GiveWayToWhatIsAnotherThingAtTheirPath) {
  graph_.nodes.push_back(declared("shelf:/x", {{"at", "/x"}}));
  graph_.nodes.push_back(declared("note:/x/n", {{"at", "/x/n"}}));
  const ir::Removals made = removals({{"note:/x", {{"at", "/x"}}, false}});
  ASSERT_TRUE(made.graph);
  EXPECT_EQ(addresses(*made.graph), (std::vector<std::string>{"note:/x", "shelf:/x", "note:/x/n"}));
  EXPECT_EQ(ir::verify(*made.graph), "");
}

TEST_F(OrphansTest, OfAGraphThatIsNotWholeThereAreNone) {
  graph_.whole = false;
  Observation observation;
  observation.recorded["note:/etc/old"] = Json::object();
  EXPECT_TRUE(simulate(graph_, observation)->host.orphans.empty());
}

}  // namespace
}  // namespace plumb::simulate
