#include "engine/plan/elsewhere.h"

#include <gtest/gtest.h>

namespace plumb::plan {
namespace {

using Reasons = std::map<std::string, std::string>;

Action action_on(const std::string& address) {
  Action action;
  action.desired.address = *Address::parse(address);
  action.op = Op::kRun;
  return action;
}

// a does note:once for b and c; d's is done by a host that the plan has not.
Plan plan_of_four(bool acts) {
  Plan plan;
  for (const char* host : {"a", "b", "c", "d"}) plan.hosts[host].actions = ActionList({action_on("note:own")});
  if (acts) plan.hosts["a"].actions = ActionList({action_on("note:once"), action_on("note:own")});
  plan.hosts["b"].elsewhere = {{"note:once", "a"}};
  plan.hosts["c"].elsewhere = {{"note:once", "a"}};
  plan.hosts["d"].elsewhere = {{"note:other", "Z"}};
  return plan;
}

TEST(Elsewhere, OnlyWhatIsDoneIsWaitedFor) {
  Plan plan = plan_of_four(true);
  keep_elsewhere_that_counts(plan);
  EXPECT_EQ(waited_for(plan, "b"), std::set<std::string>{"a"});
  EXPECT_EQ(waited_for(plan, "a"), std::set<std::string>{});
  EXPECT_EQ(waited_for(plan, "d"), std::set<std::string>{}) << "it is not in the plan";
  EXPECT_EQ(plan.hosts["d"].elsewhere.size(), 1U) << "which is told";
  plan = plan_of_four(false);
  keep_elsewhere_that_counts(plan);
  EXPECT_TRUE(plan.hosts["b"].elsewhere.empty()) << "there is nothing to wait for";
}

TEST(Elsewhere, AHostWithoutAPlanIsWaitedForInVain) {
  Plan plan = plan_of_four(true);
  plan.unplanned["Z"] = "PL3001";
  EXPECT_EQ(waited_for(plan, "d"), std::set<std::string>{"Z"});
}

TEST(Elsewhere, NoWaveWaitsForALaterOne) {
  Plan plan = plan_of_four(true);
  EXPECT_TRUE(waits_in_vain(plan).empty());
  plan.rollout = Rollout{{{"", false, {"a"}}, {"", false, {"b", "c"}}}, {}, 0, {}};
  EXPECT_TRUE(waits_in_vain(plan).empty());
  plan.rollout->waves = {{"", false, {"a", "b"}}, {"", false, {"c"}}};
  EXPECT_TRUE(waits_in_vain(plan).empty()) << "within a wave it comes first";
  plan.rollout->waves = {{"", false, {"b"}}, {"", false, {"a", "c"}}};
  EXPECT_EQ(waits_in_vain(plan), (Reasons{{"b", "the host waits for note:once, which a does in a later wave"}}));
}

TEST(Elsewhere, NobodyWaitsInACircle) {
  Plan plan = plan_of_four(true);
  plan.hosts["d"].elsewhere.clear();
  plan.hosts["a"].elsewhere = {{"note:own", "b"}};
  EXPECT_EQ(waits_in_vain(plan), (Reasons{{"a", "the host waits for b, which comes behind it"}}));
  plan.hosts["a"].elsewhere = {{"note:own", "a"}};
  EXPECT_EQ(waits_in_vain(plan).count("a"), 1U);
}

}  // namespace
}  // namespace plumb::plan
