#include "engine/run/package_transactions.h"

#include <gtest/gtest.h>

namespace plumb::run {
namespace {

using Numbers = std::map<std::size_t, std::size_t>;

class PackageTransactionsTest : public ::testing::Test {
 protected:
  // A resource of the host, and what its action does; none where it is as it is asked for.
  plan::Action& add(const std::string& kind, const std::string& name, std::vector<Operation> operations) {
    ir::Node node;
    node.desired.address = {"", kind, name};
    graph_.nodes.push_back(node);
    plan::Action& action = actions_.emplace_back();
    action.desired = node.desired;
    action.op = Op::kCreate;
    action.operations = std::move(operations);
    return action;
  }
  plan::Action& package(const std::string& name) {
    PackageTransaction transaction;
    transaction.manager = "box";
    transaction.install = {{name, "1"}};
    return add("package", name, {transaction});
  }
  Numbers found() const { return package_transactions(actions_, graph_); }

  ir::HostGraph graph_;
  plan::Actions actions_;
};

TEST_F(PackageTransactionsTest, OneIsNotAskedAbout) {
  package("a");
  EXPECT_EQ(found(), Numbers());
  package("b");
  EXPECT_EQ(found(), Numbers()) << "they go together";
}

TEST_F(PackageTransactionsTest, SeveralHaveNumbersInTheirOrder) {
  ir::Node idle;
  idle.desired.address = {"", "package", "there"};
  graph_.nodes.push_back(idle);
  package("a");
  add("file", "/x", {MakeDirectory{"/x", {}, false}}).needs = {"package:a"};
  package("b");
  package("c");
  EXPECT_EQ(found(), (Numbers{{1, 0}, {3, 1}, {4, 1}}));
}

TEST_F(PackageTransactionsTest, AnUpgradeOfAllIsNone) {
  package("a");
  PackageTransaction upgrade;
  upgrade.manager = "box";
  upgrade.upgrade = "full";
  add("upgrade", "all", {upgrade});
  EXPECT_EQ(found(), Numbers());
  package("b");
  EXPECT_EQ(found(), (Numbers{{0, 0}, {2, 1}}));
}

TEST_F(PackageTransactionsTest, WhatWasSeenAgainIsTakenOverWhereItDiffers) {
  simulate::Observation before;
  Observed seen;
  seen.attributes["candidate"] = "1";
  before.states.assign(2, Result<Observed>(seen));
  simulate::Observation again;
  again.states = before.states;
  const Numbers both = {{0, 0}, {1, 1}};
  EXPECT_FALSE(take_over(both, again, before));
  again.states[1]->attributes["brings"] = {"b", "c"};
  EXPECT_FALSE(take_over({{0, 0}}, again, before)) << "which is not about the other";
  EXPECT_TRUE(take_over(both, again, before));
  EXPECT_TRUE(before.states[1]->has("brings"));
  EXPECT_FALSE(before.states[0]->has("brings"));
}

}  // namespace
}  // namespace plumb::run
