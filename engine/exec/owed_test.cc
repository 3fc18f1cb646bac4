// What is owed stays in the order in which it came, and costs the same however much of it there is.
#include "engine/exec/owed.h"

#include <chrono>

#include <gtest/gtest.h>

namespace plumb::exec {
namespace {

using Strings = std::vector<std::string>;

Strings addresses(const OwedList& owed) {
  Strings all;
  for (const wire::Owed& one : owed.list()) all.push_back(one.address);
  return all;
}

TEST(OwedListTest, ADebtKeepsItsPlaceAndItsReasonsTheirs) {
  OwedList owed;
  EXPECT_TRUE(owed.add("service:z", Op::kRestart, "r1", "file:/b"));
  EXPECT_TRUE(owed.add("service:a", Op::kReload, "r1", "file:/b"));
  EXPECT_TRUE(owed.add("service:z", Op::kRestart, "r2", "file:/a"));
  EXPECT_FALSE(owed.add("service:z", Op::kRestart, "r2", "file:/b"));
  EXPECT_EQ(addresses(owed), (Strings{"service:z", "service:a"}));
  EXPECT_EQ(owed.list()[0].because, (Strings{"file:/b", "file:/a"}));
  EXPECT_EQ(owed.list()[0].run, "r1");
  EXPECT_TRUE(owed.owes_action("service:a"));
  EXPECT_FALSE(owed.owes_action("service"));
}

TEST(OwedListTest, ADebtEndsWithItsLastReason) {
  OwedList owed;
  owed.add({"service:a", Op::kRestart, "r1", {"file:/a", "file:/b"}});
  owed.take_back("service:a", Op::kRestart, "file:/a");
  owed.take_back("service:a", Op::kReload, "file:/b");
  EXPECT_EQ(owed.list()[0].because, Strings{"file:/b"});
  owed.take_back("service:a", Op::kRestart, "file:/b");
  EXPECT_TRUE(owed.list().empty());
}

TEST(OwedListTest, ProbesAreSettledApart) {
  OwedList owed;
  for (const Op op : {Op::kRun, Op::kRestart, Op::kReload, Op::kVerify}) owed.add("service:a", op, "r1", "file:/a");
  owed.add("service:b", Op::kRestart, "r1", "file:/a");
  owed.settle("service:a", Op::kReload);
  EXPECT_EQ(owed.list().size(), 4U);
  owed.settle_all_but_probes("service:a");
  EXPECT_FALSE(owed.owes_action("service:a"));
  EXPECT_TRUE(owed.owes("service:a", Op::kVerify));
  EXPECT_TRUE(owed.owes_action("service:b"));
  owed.settle("service:a", Op::kVerify);
  EXPECT_EQ(addresses(owed), Strings{"service:b"});
}

// Were each looked for among all, these would be some thousand million comparisons.
TEST(OwedListTest, ManyReasonsAndManyDebtsAreNoMoreWorkEach) {
  constexpr int kMany = 20000;
  const auto begin = std::chrono::steady_clock::now();
  OwedList owed;
  for (int i = 0; i < kMany; ++i) {
    owed.add("service:one", Op::kRestart, "r1", "file:/" + std::to_string(i));
    owed.add("service:" + std::to_string(i), Op::kRestart, "r1", "file:/one");
  }
  for (int i = 0; i < kMany; ++i) {
    owed.take_back("service:one", Op::kRestart, "file:/" + std::to_string(i));
    owed.settle_all_but_probes("service:" + std::to_string(i));
  }
  EXPECT_TRUE(owed.list().empty());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

}  // namespace
}  // namespace plumb::exec
