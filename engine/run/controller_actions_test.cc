#include "engine/run/controller_actions.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "providers/outside/outside_provider.h"

namespace plumb::run {
namespace {

std::shared_ptr<const outside::Package> package_of_controller() {
  outside::Package package;
  package.name = "dns";
  package.version = "1";
  package.on_controller = true;
  package.digest = digest("dns");
  package.kinds = {{"record",
                    R"({"x-identity": "name", "properties": {"name": {"type": "string"}, "value": {"type": "string"},
                        "state": {"type": "string", "enum": ["present", "absent"]}}})",
                    true}};
  return std::make_shared<const outside::Package>(std::move(package));
}

class ControllerActionsTest : public ::testing::Test {
 protected:
  ControllerActionsTest() {
    kind_ = outside::kinds_of(package_of_controller(), true)[0];
    kinds_.add(kind_);
    Kind other = kind_;
    other.name = "on_host";
    other.on_controller = false;
    kinds_.add(other);
    kinds_.add({.name = "asking", .provider = kind_.provider, .operations = OperationSet::of<Wait>()});
  }
  wire::Action action(const std::string& kind, Op op) const {
    wire::Action made;
    made.desired = {{"", kind, "www"}, {{"name", "www"}, {"value", "a"}}, {}};
    made.op = op;
    if (op == Op::kCreate) made.operations = kind_.provider->diff(made.desired, {}).operations;
    return made;
  }

  Kind kind_;
  Registry kinds_;
};

TEST_F(ControllerActionsTest, OnlyThePlansOwnAreDone) {
  wire::Apply apply;
  apply.actions = {action("record", Op::kCreate), action("on_host", Op::kCreate)};
  ControllerActions actions(apply, &kinds_, {});
  EXPECT_EQ(actions.take({{"", "record", "other"}, "create"}), nullptr);
  EXPECT_EQ(actions.take({{"", "on_host", "www"}, "create"}), nullptr);
  EXPECT_EQ(actions.take({{"", "record", "www"}, "delete"}), nullptr);
  EXPECT_NE(actions.take({{"", "record", "www"}, "create"}), nullptr);
  EXPECT_EQ(actions.take({{"", "record", "www"}, "create"}), nullptr) << "a second time";
}

TEST_F(ControllerActionsTest, TriesAndLooksAreCounted) {
  wire::Apply apply;
  apply.actions = {action("record", Op::kCreate)};
  apply.actions[0].manner.tries = 3;
  ControllerActions actions(apply, &kinds_, {});
  int turns = 0;
  int looks = 0;
  while (actions.take({{"", "record", "www"}, "create"}) != nullptr) ++turns;
  while (actions.take({{"", "record", "www"}, ""}) != nullptr && looks < 1000) ++looks;
  EXPECT_EQ(turns, 3);
  EXPECT_LT(looks, 20);
  EXPECT_GE(looks, 7);
}

TEST_F(ControllerActionsTest, WhatIsDecidedInItsTurnFollowsFromWhatThereIs) {
  const auto nothing_there = []() -> Result<Observed> { return Observed(); };
  wire::Apply apply;
  apply.actions = {action("record", Op::kUpdate)};
  apply.actions[0].explained = true;
  ControllerActions actions(apply, &kinds_, {});
  const ControllerActions::Action* taken = actions.take({{"", "record", "www"}, "create"});
  ASSERT_NE(taken, nullptr);
  const Result<CallProvider> call = ControllerActions::call_of(*taken, kind_, nothing_there);
  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(call->verb, "create");
  EXPECT_EQ(call->desired["value"], "a");
  const auto as_asked = []() -> Result<Observed> {
    Observed observed;
    observed.exists = true;
    observed.attributes = {{"value", "a"}};
    return observed;
  };
  EXPECT_FALSE(ControllerActions::call_of(*taken, kind_, as_asked).has_value());
}

TEST_F(ControllerActionsTest, OfPlumbsOwnKindsWhatSaysSo) {
  wire::Apply apply;
  apply.actions = {action("asking", Op::kRun), action("asking", Op::kRun)};
  apply.actions[0].desired.address.identity = "from here";
  apply.actions[0].desired.attributes["via"] = "controller";
  apply.actions[0].operations = {Wait{}};
  ControllerActions actions(apply, &kinds_, {});
  EXPECT_EQ(actions.take({{"", "asking", "www"}, "run"}), nullptr);
  const ControllerActions::Action* taken = actions.take({{"", "asking", "from here"}, "run"});
  ASSERT_NE(taken, nullptr);
  const auto not_asked = []() -> Result<Observed> { return fail(Code::kInternal, "asked"); };
  const auto operations = ControllerActions::operations_of(*taken, *kinds_.find("asking"), not_asked);
  ASSERT_TRUE(operations.has_value());
  EXPECT_EQ(operations->size(), 1U);
}

TEST_F(ControllerActionsTest, AnotherPackageIsNotCalled) {
  wire::Apply apply;
  apply.actions = {action("record", Op::kCreate)};
  std::get<CallProvider>(apply.actions[0].operations[0]).package = digest("other");
  ControllerActions actions(apply, &kinds_, {});
  const ControllerActions::Action* taken = actions.take({{"", "record", "www"}, "create"});
  ASSERT_NE(taken, nullptr);
  EXPECT_FALSE(ControllerActions::call_of(*taken, kind_, []() -> Result<Observed> { return Observed(); }).has_value());
}

}  // namespace
}  // namespace plumb::run
