// A host that is not as its plan saw it, and where that is missed before the first change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/testing/toy_apply.h"

namespace plumb::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::EventKind;

TEST_F(ApplyTest, AHostThatMovedIsRefusedBeforeItsFirstChange) {
  root_.write("/etc/b", "old");
  const std::vector<wire::Action> actions = {toy("a", "1"), toy("b", "2"), toy("c", "3")};
  root_.write("/etc/b", "somebody was here");
  root_.write("/etc/c", "and here");
  const wire::Done done = apply(actions);
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kStale);
  EXPECT_THAT(ends(), ElementsAre(EventKind::kStale, EventKind::kStale));
  EXPECT_EQ(line_.events[0].index, 1U);
  EXPECT_THAT(line_.events[1].text, HasSubstr("exists already"));
  EXPECT_FALSE(root_.has("/etc/a"));
  EXPECT_FALSE(root_.has("/var/lib/plumb"));
}

TEST_F(ApplyTest, WhatAnActionStandsOnIsMissedBeforeTheFirstChange) {
  const auto standing = [&] {
    wire::Action action = toy("b", "2");
    action.desired.address.kind = "standing";
    action.desired.attributes["stands_on"] = "/etc/ground";
    return action;
  };
  EXPECT_EQ(apply({toy("a", "1"), standing()}).outcome, wire::DoneOutcome::kStale);
  EXPECT_THAT(line_.events.back().text, HasSubstr("/etc/ground is not there any more"));
  EXPECT_FALSE(root_.has("/etc/a"));
  // What it needs of this plan brings it.
  wire::Action needing = standing();
  needing.needs = {0};
  EXPECT_EQ(apply({toy("ground", "0"), needing}).outcome, wire::DoneOutcome::kOk);
  // Or it is found when its turn comes.
  root_.write("/etc/b", "3");
  wire::Action later = standing();
  later.explained = true;
  std::filesystem::remove(root_.at("/etc/ground"));
  EXPECT_EQ(apply({later}).outcome, wire::DoneOutcome::kOk);
}

TEST_F(ApplyTest, WhatWillBeInTheWayOfWhatIsDecidedLaterIsMissedBeforeTheFirstChange) {
  wire::Action later = toy("b", "2");
  later.desired.address.kind = "walled";
  later.explained = true;
  root_.write("/etc/wall", "");
  EXPECT_EQ(apply({toy("b", "1"), later}).outcome, wire::DoneOutcome::kStale);
  EXPECT_THAT(line_.events.back().text, HasSubstr("no longer as the plan saw it: a wall is in the way"));
  EXPECT_FALSE(root_.has("/etc/b"));
  // What a program does before it nobody sees, and it may take the wall away.
  wire::Action opaque = toy("a", "1");
  plumb::Run program;
  program.argv = {"true"};
  opaque.operations.emplace_back(program);
  EXPECT_NE(apply({opaque, toy("b", "1"), later}).outcome, wire::DoneOutcome::kStale);
  std::filesystem::remove(root_.at("/etc/b"));
  std::filesystem::remove(root_.at("/etc/wall"));
  EXPECT_EQ(apply({toy("b", "1"), later}).outcome, wire::DoneOutcome::kOk);
}

TEST_F(ApplyTest, WhatIsToBeRestartedAndIsGoneIsMissedBeforeTheFirstChange) {
  std::vector<wire::Action> actions = {toy("a", "1"), bell("x")};
  actions[0].triggers = {1};
  actions[1].desired.attributes["there"] = false;
  EXPECT_EQ(apply(actions).outcome, wire::DoneOutcome::kStale);
  EXPECT_THAT(line_.events.back().text, HasSubstr("it does not exist any more"));
  EXPECT_FALSE(root_.has("/etc/a"));
  // What an action before it may bring is found when its turn comes.
  actions[1].explained = true;
  EXPECT_EQ(apply(actions).outcome, wire::DoneOutcome::kOk);
}

TEST_F(ApplyTest, WhoAProgramRunsAsIsMissedBeforeTheFirstChange) {
  wire::Action run = toy("b", "2");
  run.op = Op::kRun;
  run.explained = true;
  plumb::Run program;
  program.argv = {"true"};
  wire::Action brings = toy("a", "1");
  brings.operations.emplace_back(program);
  program.user = "deploy";
  run.operations = {program};
  EXPECT_EQ(apply({toy("a", "1"), run}).outcome, wire::DoneOutcome::kStale);
  EXPECT_THAT(line_.events.back().text, HasSubstr("the user `deploy` does not exist any more"));
  EXPECT_FALSE(root_.has("/etc/a"));
  // Who comes, or goes, by the plan itself is another thing.
  run.needs = {0};
  EXPECT_NE(apply({brings, run}).outcome, wire::DoneOutcome::kStale);
  wire::Action gone = toy("c", "1");
  gone.op = Op::kDelete;
  gone.desired.address.identity = "deploy";
  run.needs.clear();
  EXPECT_NE(apply({run, gone}).outcome, wire::DoneOutcome::kStale);
}

}  // namespace
}  // namespace plumb::exec
