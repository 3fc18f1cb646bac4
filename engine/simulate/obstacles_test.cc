// What may take an obstacle away the obstacle says by itself, whatever its code is.
#include <array>

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/simulate/simulate.h"
#include "engine/testing/kinds.h"

namespace plumb::simulate {
namespace {

// Runs a program every time, and programs are asked whether it has to.
class Asking : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System&) const override {
    return std::vector<Result<Observed>>(desired.size(), Result<Observed>(Observed()));
  }
  Change diff(const Desired&, const Observed&) const override {
    Change change;
    change.op = Op::kRun;
    change.fidelity = Fidelity::kOpaque;
    change.operations = {Run{}};
    return change;
  }
};

Registry kinds_of_the_test() {
  Registry kinds = testing::made_up_kinds();
  kinds.add(
      {.name = "asking", .provider = std::make_shared<Asking>(), .operations = OperationSet::of<Run>(), .runs = true});
  return kinds;
}

class ObstaclesTest : public ::testing::Test {
 protected:
  ObstaclesTest() {
    for (const char* const address : {"note:/wires/desk", "chore:tidy", "lamp:desk", "asking:dust"})
      graph_.nodes.emplace_back().desired.address = *Address::parse(address);
    graph_.nodes[0].desired.attributes = {{"at", "/wires/desk"}, {"text", digest("other")}};
    graph_.nodes[1].desired.attributes = {{"name", "tidy"}, {"does", "sort"}};
    graph_.nodes[2].desired.attributes = {{"name", "desk"}, {"lit", true}};
    graph_.nodes[3].desired.attributes = {{"name", "dust"}};
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) states_.emplace_back();
    states_[0].exists = states_[2].exists = true;
    states_[0].attributes = {{"text", digest("loose")}};
    states_[2].attributes = {{"lit", false}};
  }

  // With this in the way of one of them.
  bool is_planned(std::size_t node, ObstacleGoes goes, Code code = Code::kRefusedByState) {
    Observation observation;
    for (std::size_t i = 0; i < states_.size(); ++i) {
      Observed observed = states_[i];
      if (i == node) observed.obstacle = Obstacle(Diagnostic(code, "something is in the way"), goes);
      observation.states.emplace_back(std::move(observed));
    }
    Diagnostics diagnostics;
    const bool planned = simulate_host({graph_, kinds_, observation, "web01"}, diagnostics).has_value();
    EXPECT_EQ(planned, !diagnostics.has_errors());
    hint_ = planned ? "" : diagnostics.items().front().hint;
    return planned;
  }

  static constexpr std::size_t kNote = 0, kLamp = 2, kDust = 3;
  const Registry kinds_ = kinds_of_the_test();
  ir::HostGraph graph_;
  std::vector<Observed> states_;
  std::string hint_;  // of the refusal
};

constexpr std::array kCodes = {Code::kRefusedByState, Code::kNoBackEnd, Code::kSymlinkRefused, Code::kServerRefused};

TEST_F(ObstaclesTest, OfWhatItFollowsFromAChangeTakesItAwayUnlessNothingDoes) {
  for (const Code code : kCodes) {
    EXPECT_TRUE(is_planned(kLamp, ObstacleGoes::kWithWhatItIsAbout, code));
    EXPECT_TRUE(is_planned(kLamp, ObstacleGoes::kWithItsPath, code));
    EXPECT_TRUE(is_planned(kLamp, ObstacleGoes::kWithAnything, code));
    EXPECT_FALSE(is_planned(kLamp, ObstacleGoes::kNever, code));
    EXPECT_FALSE(is_planned(kNote, ObstacleGoes::kWithAnything, code)) << "nothing is done before it";
  }
}

TEST_F(ObstaclesTest, OneAtAPathGoesWithWhatChangesThePathAndNotWithWhatIsOnlyWaitedFor) {
  graph_.edges.push_back({kDust, kNote, ir::EdgeKind::kAfter, Op::kNone, {}});
  EXPECT_TRUE(is_planned(kDust, ObstacleGoes::kWithWhatItIsAbout));
  EXPECT_FALSE(is_planned(kDust, ObstacleGoes::kWithItsPath));
  states_[kDust].open_until = {"chore:tidy"};
  EXPECT_TRUE(is_planned(kDust, ObstacleGoes::kWithItsPath)) << "the host saw that it is about that path";
  EXPECT_FALSE(is_planned(kDust, ObstacleGoes::kNever));
}

TEST_F(ObstaclesTest, AProgramThatItComesAfterMayDoAnything) {
  EXPECT_FALSE(is_planned(kDust, ObstacleGoes::kWithItsPath));
  EXPECT_EQ(hint_, "where `chore:tidy` takes that away, name it in `after`");
  graph_.edges.push_back({kDust, 1, ir::EdgeKind::kAfter, Op::kNone, {}});
  EXPECT_TRUE(is_planned(kDust, ObstacleGoes::kWithItsPath));
  EXPECT_FALSE(is_planned(kDust, ObstacleGoes::kNever));
  EXPECT_EQ(hint_, "");
}

}  // namespace
}  // namespace plumb::simulate
