#include "engine/exec/judge.h"

#include <gtest/gtest.h>

#include "engine/testing/kinds.h"

namespace plumb::exec {
namespace {

// Decided in its turn: by then something else may lie there, which nobody asked to have removed.
TEST(Judge, WhatIsInTheWayOfARemovalCounts) {
  const Registry kinds = testing::made_up_kinds();
  wire::Action action;
  action.op = Op::kDelete;
  action.explained = true;
  action.desired.address = {"", "note", "/a"};
  action.desired.attributes = {{"at", "/a"}, {"gone", true}};
  Observed observed;
  observed.exists = true;
  EXPECT_EQ(judge(*kinds.find("note"), action, observed).verdict, Verdict::kRun);
  observed.obstacle = Diagnostic(Code::kRefusedByState, "/a is a folder");
  const Judgement refused = judge(*kinds.find("note"), action, observed);
  EXPECT_EQ(refused.verdict, Verdict::kRefused);
  EXPECT_NE(refused.problem.summary.find("/a is a folder"), std::string::npos);
  // What keeps one from being there that is declared no more does not keep it from going.
  action.desired.attributes = {{"at", "/a"}};
  EXPECT_EQ(judge(*kinds.find("note"), action, observed).verdict, Verdict::kRun);
}

}  // namespace
}  // namespace plumb::exec
