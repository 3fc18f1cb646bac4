// While a plan is carried out, lists that many hosts have are unpacked once, as far as memory allows.
#include "engine/run/unpacked_lists.h"

#include <gtest/gtest.h>

namespace plumb::run {
namespace {

plan::ActionList list_of(const std::string& name, std::size_t count) {
  plan::Actions actions(count);
  for (std::size_t i = 0; i < count; ++i) {
    actions[i].desired.address = *Address::parse("note:/" + name + std::to_string(i));
    actions[i].op = Op::kCreate;
  }
  plan::ActionList list(std::move(actions));
  list.pack();
  return list;
}

TEST(UnpackedListsTest, WhatSeveralHostsHaveIsUnpackedOnce) {
  plan::Plan plan;
  for (const char* host : {"a", "b", "c"}) plan.hosts[host].actions = list_of("shared", 3);
  plan.hosts["own"].actions = list_of("own", 2);
  UnpackedLists lists(plan);
  const auto first = lists.of(plan.hosts["a"].actions);
  EXPECT_EQ(first->size(), 3U);
  EXPECT_EQ(lists.of(plan.hosts["b"].actions), first);
  EXPECT_EQ(lists.of(plan.hosts["own"].actions)->front().desired.address.str(), "note:/own0");
  EXPECT_EQ(lists.of(plan.hosts["c"].actions), first);
  EXPECT_EQ(first.use_count(), 1);  // the last host of it has come
}

TEST(UnpackedListsTest, OnlySoManyAreKept) {
  plan::Plan plan;
  plan.hosts["a"].actions = plan.hosts["b"].actions = list_of("large", 17000);
  plan.hosts["c"].actions = plan.hosts["d"].actions = list_of("small", 3);
  UnpackedLists lists(plan);
  EXPECT_EQ(lists.of(plan.hosts["a"].actions).use_count(), 1);
  EXPECT_EQ(lists.of(plan.hosts["c"].actions).use_count(), 2);
  EXPECT_EQ(lists.of(plan.hosts["b"].actions)->size(), 17000U);
}

TEST(UnpackedListsTest, WhatIsNotPackedIsAtHand) {
  plan::Plan plan;
  plan.hosts["a"].actions = plan.hosts["b"].actions = plan::ActionList(plan::Actions(2));
  UnpackedLists lists(plan);
  EXPECT_EQ(lists.of(plan.hosts["a"].actions), plan.hosts["a"].actions.get());
}

TEST(UnpackedListsTest, AHostWithNothingToDoHasNone) {
  plan::Plan plan;
  plan.hosts["a"] = plan.hosts["b"] = {};
  EXPECT_TRUE(UnpackedLists(plan).of(plan.hosts["a"].actions)->empty());
}

}  // namespace
}  // namespace plumb::run
