// What a host says of how earlier actions of a plan matter to later ones. States are made by hand, and so are the
// kinds.
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/simulate/simulate.h"
#include "engine/testing/kinds.h"

namespace plumb::simulate {
namespace {

class ForeseenTest : public ::testing::Test {
 protected:
  void add(const std::string& address, Json attributes, Observed observed) {
    ir::Node node;
    node.desired.address = *Address::parse(address);
    node.desired.attributes = std::move(attributes);
    const int line = static_cast<int>(graph_.nodes.size()) + 4;
    node.span = {"plumb.yaml", line, 11, line, 20};
    graph_.nodes.push_back(std::move(node));
    observation_.states.emplace_back(std::move(observed));
  }
  void add_note(const std::string& path, Observed observed) {
    add("note:" + path, {{"at", path}, {"text", digest("new")}}, std::move(observed));
  }
  std::optional<Simulation> run() {
    return simulate_host({graph_, testing::made_up_kinds(), observation_, "web01"}, diagnostics_);
  }
  static Observed shaped_by(const std::string& address) {
    Observed observed;
    observed.shaped_by = {address};
    return observed;
  }

  ir::HostGraph graph_;
  Observation observation_;
  Diagnostics diagnostics_;
};

TEST_F(ForeseenTest, WhatIsSeenThroughAnActionNeedsItAndIsExact) {
  add_note("/a", {});
  add_note("/b", shaped_by("note:/a"));
  observation_.recorded["note:/b"] = {{"text", digest("new")}};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  const plan::Action& second = simulation->actions->back();
  EXPECT_EQ(second.needs, std::vector<std::string>{"note:/a"});
  EXPECT_EQ(second.fidelity, Fidelity::kExact);
  EXPECT_EQ(second.because.at("text"), "config") << "nobody else changed it";
}

TEST_F(ForeseenTest, AnObstacleThatAnActionMakesPointsAtBoth) {
  add_note("/a", {});
  Observed observed = shaped_by("note:/a");
  observed.obstacle = Diagnostic(Code::kRefusedByState, "/b is a folder by then");
  add_note("/b", std::move(observed));
  EXPECT_FALSE(run());
  ASSERT_EQ(diagnostics_.items().size(), 1U);
  EXPECT_EQ(diagnostics_.items()[0].span->line, 5);
  ASSERT_EQ(diagnostics_.items()[0].related.size(), 1U);
  EXPECT_EQ(diagnostics_.items()[0].related[0].span.line, 4);
}

TEST_F(ForeseenTest, WhatIsMissedSinceItWasMovedPointsAtBoth) {
  for (const bool moves : {false, true}) {
    graph_ = {};
    observation_ = {};
    diagnostics_ = {};
    Json moving = {{"at", "/a"}, {"text", digest("new")}};
    if (moves) moving["instead_of"] = "/d";
    add("note:/a", std::move(moving), {});
    Observed observed = shaped_by("note:/a");
    observed.missing.push_back({*Address::parse("shelf:/d"), "at"});
    add_note("/d/b", std::move(observed));
    EXPECT_FALSE(run());
    ASSERT_EQ(diagnostics_.items().size(), 1U);
    EXPECT_EQ(diagnostics_.items()[0].code, Code::kNothingProvides);
    EXPECT_EQ(diagnostics_.items()[0].span->line, 5);
    ASSERT_EQ(diagnostics_.items()[0].related.size(), moves ? 1U : 0U) << "only one that takes something away is told";
    if (moves) {
      EXPECT_EQ(diagnostics_.items()[0].related[0].span.line, 4);
    }
  }
}

TEST_F(ForeseenTest, WhatCannotBeSeenThroughIsDecidedInItsTurn) {
  add_note("/a", {});
  Observed observed;
  observed.exists = true;
  observed.attributes["due"] = false;
  observed.open_until = {"note:/a"};
  add("chore:c", {{"name", "c"}, {"does", "true"}, {"done_when", "/a"}}, observed);
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  ASSERT_EQ(simulation->actions->size(), 2U);
  EXPECT_EQ(simulation->actions->back().unknown_until, std::vector<std::string>{"note:/a"});
}

TEST_F(ForeseenTest, AHostThatNamesWhatIsNotBeforeIsNotBelieved) {
  add_note("/a", shaped_by("note:/b"));
  add_note("/b", shaped_by("note:/nowhere"));
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_TRUE(simulation->actions->front().needs.empty());
  EXPECT_TRUE(simulation->actions->back().needs.empty());
}

}  // namespace
}  // namespace plumb::simulate
