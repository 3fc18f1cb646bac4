// Steps around a turn in a plan, also in one that nobody has reason to trust.
#include "engine/plan/around.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/plan/artifact.h"
#include "engine/plan/slices.h"
#include "engine/plan/verify.h"
#include "engine/testing/kinds.h"

namespace plumb::plan {
namespace {

using ::testing::HasSubstr;

Action chore(const std::string& address) {
  Action action;
  action.desired.address = *Address::parse(address);
  action.desired.attributes = {{"name", action.desired.address.identity}, {"does", "x"}};
  action.seen = {true, false, {{"due", true}}};
  action.op = Op::kRun;
  action.fidelity = Fidelity::kOpaque;
  action.note = "it is due";
  plumb::Run run;
  run.script = "x";
  action.operations = {run};
  return action;
}

Action note() {
  Action action;
  action.desired.address = {"before@lb", "note", "/a"};
  action.desired.attributes = {{"at", "/a"}};
  action.op = Op::kCreate;
  action.operations = {WriteFile{"/a", digest("new"), {}, false, false, ""}};
  return action;
}

Plan plan_around(const Actions& before) {
  Plan plan;
  plan.engine = "1";
  plan.project = "p";
  HostPlan& host = plan.hosts["web1"];
  host.facts = host.ir = digest("");
  host.actions = ActionList({chore("chore:own")});
  host.around.before = {{"lb", ActionList(before)}};
  host.around.after = {{std::string(kController), ActionList({chore("after@controller/chore:tell")})}};
  plan.rollout.emplace();
  plan.rollout->waves = {{"", false, {"web1"}}};
  return plan;
}

TEST(Around, ComesBackAsItWasWritten) {
  const Plan plan = plan_around({chore("before@lb/chore:drain"), chore("before@lb/chore:look")});
  const Artifact written = write_artifact(plan);
  const Result<Plan> read = read_artifact(written.bytes, testing::made_up_kinds());
  ASSERT_TRUE(read.has_value()) << read.error().summary();
  EXPECT_EQ(read->hosts.at("web1").around, plan.hosts.at("web1").around);
  EXPECT_EQ(step_count(*read), 3);
  EXPECT_EQ(action_count(*read), 1);
  EXPECT_EQ(write_artifact(*read).id, written.id);
}

TEST(Around, WhatLeavesSomethingIsNoStep) {
  const Artifact written = write_artifact(plan_around({note()}));
  const Result<Plan> read = read_artifact(written.bytes, testing::made_up_kinds());
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().summary(), HasSubstr("on web1, before@lb/note:/a cannot be a step around a turn"));
}

TEST(Around, AStepHasTheNameOfWhoDoesItAndWhen) {
  const std::map<std::string, std::string> misnamed = {
      {"before@web2/chore:drain", "on web1, before@web2/chore:drain is among the steps before@lb"},
      {"after@lb/chore:drain", "on web1, after@lb/chore:drain is among the steps before@lb"},
      {"chore:drain", "on web1, chore:drain is among the steps before@lb"},
  };
  for (const auto& [address, problem] : misnamed)
    EXPECT_EQ(verify(plan_around({chore(address)}), testing::made_up_kinds()), problem);
}

TEST(Around, StepsDoWhatTheirKindsMakeOfThem) {
  Action other = chore("before@lb/chore:drain");
  std::get<plumb::Run>(other.operations[0]).script = "rm -r /";
  EXPECT_THAT(verify(plan_around({other}), testing::made_up_kinds()),
              HasSubstr("of the steps of lb, run before@lb/chore:drain: its operations are not those"));
}

TEST(Around, WithoutATurnThereAreNone) {
  Plan plan = plan_around({chore("before@lb/chore:drain")});
  EXPECT_EQ(verify(plan, testing::made_up_kinds()), "");
  plan.rollout.reset();
  EXPECT_EQ(verify(plan, testing::made_up_kinds()), "web1 has steps around its turn and no turn");
  plan = plan_around({chore("before@lb/chore:drain")});
  plan.hosts["web1"].actions = {};
  plan.rollout->waves.clear();
  EXPECT_EQ(verify(plan, testing::made_up_kinds()), "web1 has steps around its turn and no turn");
}

TEST(Around, AnApprovalIsOfThemToo) {
  const Plan plan = plan_around({chore("before@lb/chore:drain")});
  Plan other = plan_around({chore("before@lb/chore:look")});
  EXPECT_NE(slices(plan, "id").tree_head, slices(other, "id").tree_head);
}

}  // namespace
}  // namespace plumb::plan
