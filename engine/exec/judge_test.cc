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

// As packages are: one that came along with another is spare until somebody asks for it.
class Part : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System&) const override {
    return std::vector<Result<Observed>>(desired.size(), Result<Observed>(Observed{}));
  }
  Change diff(const Desired& desired, const Observed& observed) const override {
    Change change;
    change.op = observed.exists ? Op::kUpdate : Op::kCreate;
    if (observed.flag("spare", false)) change.after["spare"] = false;
    if (!observed.exists || observed.text("size") != desired.text("size")) change.after["size"] = desired.text("size");
    if (change.after.empty()) change.op = Op::kNone;
    return change;
  }
};

// As a folder that gives something to all that lies below it.
class Heap : public Part {
 public:
  Change diff(const Desired&, const Observed& observed) const override {
    Change change;
    for (const Json& one : observed.attribute("differ"))
      change.operations.emplace_back(SetAttributes{one.get<std::string>(), {}, false});
    if (change.operations.empty()) return change;
    change.op = Op::kUpdate;
    change.before["differ"] = observed.attribute("differ");
    return change;
  }
};

TEST(Judge, WhatWentSinceThePlanIsLeftAlone) {
  const Kind kind{.name = "heap", .provider = std::make_shared<Heap>(), .operations = {}, .dwindling = {"differ"}};
  wire::Action action;
  action.op = Op::kUpdate;
  action.desired.address = {"", "heap", "/h"};
  action.before = {{"differ", {"/h/a", "/h/b"}}};
  action.operations = {SetAttributes{"/h/a", {}, false}, SetAttributes{"/h/b", {}, false}, ServiceAction{}};
  Observed observed;
  observed.exists = true;
  observed.attributes = action.before;
  EXPECT_EQ(judge(kind, action, observed).operations, action.operations);
  observed.attributes = {{"differ", {"/h/b"}}};
  const Judgement judgement = judge(kind, action, observed);
  EXPECT_EQ(judgement.verdict, Verdict::kRun);
  EXPECT_EQ(judgement.operations, (std::vector<Operation>{SetAttributes{"/h/b", {}, false}, ServiceAction{}}));
  observed.attributes = {{"differ", {"/h/b", "/h/c"}}};
  EXPECT_EQ(judge(kind, action, observed).verdict, Verdict::kRefused);
}

TEST(Judge, WhatAnEarlierActionBroughtIsMadeAsIfItWereNew) {
  Kind kind{.name = "part", .provider = std::make_shared<Part>(), .operations = {}};
  wire::Action action;
  action.op = Op::kCreate;
  action.explained = true;
  action.desired.address = {"", "part", "a"};
  action.desired.attributes = {{"size", "small"}};
  action.after = {{"size", "small"}};
  action.operations = {MakeDirectory{}};
  Observed observed;
  observed.exists = true;
  observed.attributes = {{"size", "small"}, {"spare", true}};
  EXPECT_EQ(judge(kind, action, observed).verdict, Verdict::kRun);
  // By whom it is there otherwise nobody knows.
  action.explained = false;
  EXPECT_EQ(judge(kind, action, observed).verdict, Verdict::kRefused);
}

}  // namespace
}  // namespace plumb::exec
