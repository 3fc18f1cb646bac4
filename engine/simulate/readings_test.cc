// What a plan leaves to the next one, since its own actions may change the readings that it comes of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/simulate/simulate.h"
#include "engine/testing/kinds.h"

namespace plumb::simulate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class ReadingsTest : public ::testing::Test {
 protected:
  void add(const std::string& path, const std::set<std::string>& readings = {}, bool is_there = false) {
    ir::Node node;
    node.desired.address = {"", "note", path};
    node.desired.attributes = {{"at", path}, {"text", digest("new")}};
    node.readings = readings;
    Observed observed;
    observed.exists = is_there;
    if (is_there) observed.attributes = node.desired.attributes;
    graph_.nodes.push_back(std::move(node));
    observation_.states.emplace_back(std::move(observed));
  }
  void add_node(Desired desired, Observed observed) {
    ir::Node node;
    node.desired = std::move(desired);
    graph_.nodes.push_back(std::move(node));
    observation_.states.emplace_back(std::move(observed));
  }
  // That is to be lit, and is not.
  void add_lamp(const std::string& name, const std::string& socket) {
    Observed observed;
    observed.exists = true;
    observed.attributes = {{"name", name}, {"lit", false}, {"socket", socket}};
    add_node({{"", "lamp", name}, {{"name", name}, {"lit", true}}, {}}, std::move(observed));
  }
  Simulation run() {
    auto simulation = simulate_host({graph_, testing::made_up_kinds(), observation_, "web01"}, diagnostics_);
    for (const Diagnostic& one : diagnostics_.items()) ADD_FAILURE() << one.summary;
    return simulation ? std::move(*simulation) : Simulation();
  }
  static std::vector<std::string> addresses(const Simulation& simulation) {
    std::vector<std::string> addresses;
    for (const plan::Action& action : *simulation.actions) addresses.push_back(action.desired.address.str());
    return addresses;
  }

  ir::HostGraph graph_;
  Observation observation_;
  Diagnostics diagnostics_;
};

TEST_F(ReadingsTest, WhatComesOfAReadingThatAnEarlierActionMayChangeWaits) {
  graph_.readings["seen"] = {"/a", {}, false};
  add("/before", {"seen"});
  add("/a");
  add("/b", {"seen"});
  add("/c");
  const Simulation simulation = run();
  EXPECT_THAT(addresses(simulation), ElementsAre("note:/before", "note:/a", "note:/c"));
  ASSERT_EQ(simulation.host.held_back.size(), 1U);
  EXPECT_EQ(simulation.host.held_back[0], (plan::HeldBack{"note:/b", Op::kCreate, "", "note:/a", "seen"}));
  EXPECT_THAT(simulation.host.moving, ElementsAre(Pair("seen", "note:/a")));
}

TEST_F(ReadingsTest, AReadingThatNothingChangesDecidesNow) {
  graph_.readings["seen"] = {"/a", {}, true};
  graph_.readings["other"] = {"/elsewhere", {}, true};
  add("/a", {}, true);
  add("/b", {"seen", "other"});
  const Simulation simulation = run();
  EXPECT_THAT(addresses(simulation), ElementsAre("note:/b"));
  EXPECT_THAT(simulation.host.moving, IsEmpty());
}

TEST_F(ReadingsTest, GlobsSayWhatElseChangesOneAndSoDoesWhatLiesBelow) {
  graph_.readings["version"] = {"", {"note:/a*"}, false};
  graph_.readings["folder"] = {"/srv", {}, false};
  add("/a1");
  add("/srv/x");
  add("/b", {"version"});
  add("/c", {"folder"});
  EXPECT_THAT(addresses(run()), ElementsAre("note:/a1", "note:/srv/x"));
}

TEST_F(ReadingsTest, AUnitThatIsNotThereMayComeWithAPackageAndOneThatIsThereStays) {
  add_node({{"", "crate", "box"}, {{"name", "box"}}, {}}, Observed());
  add("/b", {"light"});
  graph_.readings["light"] = {"", {}, false, Address{"", "lamp", "desk"}, true};
  EXPECT_THAT(addresses(run()), ElementsAre("crate:box", "note:/b"));
  graph_.readings["light"].is_there = false;
  EXPECT_THAT(addresses(run()), ElementsAre("crate:box"));
}

TEST_F(ReadingsTest, WhatDecidesOnAThingOrProvidesItChangesItsReading) {
  add_lamp("desk", "desk.socket");
  add("/b", {"light"});
  graph_.readings["light"] = {"", {}, false, Address{"", "socket", "floor"}, true};
  EXPECT_THAT(addresses(run()), ElementsAre("lamp:desk", "note:/b"));
  graph_.readings["light"].thing = Address{"", "socket", "desk"};
  EXPECT_THAT(addresses(run()), ElementsAre("lamp:desk"));
}

TEST_F(ReadingsTest, WhatMayOnlyComeToBeMakesAPlanHalf) {
  graph_.readings["seen"] = {"/a", {}, true};
  add("/a");
  const Simulation simulation = run();
  EXPECT_THAT(simulation.host.held_back, IsEmpty());
  EXPECT_THAT(simulation.host.moving, ElementsAre(Pair("seen", "note:/a")));
}

TEST_F(ReadingsTest, OneThatNobodyWaitsForIsLeftAlone) {
  graph_.readings["seen"] = {"/a", {}, false};
  add("/a", {"seen"});
  const Simulation simulation = run();
  EXPECT_THAT(addresses(simulation), ElementsAre("note:/a"));
  EXPECT_THAT(simulation.host.moving, IsEmpty());
}

// What waits for the next plan changes readings as well, only later.
TEST_F(ReadingsTest, WhatComesOfSomethingThatWaitsWaitsToo) {
  graph_.readings["first"] = {"/a", {}, false};
  graph_.readings["second"] = {"/b", {}, false};
  graph_.readings["other"] = {"/elsewhere", {}, false};
  add("/a");
  add("/b", {"first"}, true);
  add("/c", {"second"});
  add("/d", {"other"});
  const Simulation simulation = run();
  EXPECT_THAT(addresses(simulation), ElementsAre("note:/a", "note:/d"));
  EXPECT_THAT(simulation.host.moving, ElementsAre(Pair("first", "note:/a"), Pair("second", "note:/a")));
}

// What is not there yet may change anything that comes after it, and nobody knows where that is.
TEST_F(ReadingsTest, WhereSomethingMayComeToBeNoReadingDecidesBehindIt) {
  graph_.readings["seen"] = {"/a", {}, true};
  graph_.readings["other"] = {"/elsewhere", {}, true};
  graph_.readings["unused"] = {"/nowhere", {}, true};
  add("/before", {"other"});
  add("/a");
  add("/behind", {"other"});
  add("/c");
  const Simulation simulation = run();
  EXPECT_THAT(addresses(simulation), ElementsAre("note:/before", "note:/a", "note:/c"));
  EXPECT_THAT(simulation.host.moving, ElementsAre(Pair("other", "note:/a"), Pair("seen", "note:/a")));
}

}  // namespace
}  // namespace plumb::simulate
