#include "engine/base/in_order.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using ::testing::ElementsAre;

TEST(InOrder, SortsByTheOrderThatIsGiven) {
  std::vector<std::string> names = {"c", "", "b", "a"};
  put_in_order(names);
  EXPECT_THAT(names, ElementsAre("", "a", "b", "c"));
  put_in_order(names, [](const std::string& one, const std::string& other) { return other < one; });
  EXPECT_THAT(names, ElementsAre("c", "b", "a", ""));
  std::vector<int> none;
  put_in_order(none);
  EXPECT_TRUE(none.empty());
}

TEST(InOrder, TakesWhatCanOnlyBeMoved) {
  std::vector<std::unique_ptr<int>> list;
  for (const int one : {2, 1}) list.push_back(std::make_unique<int>(one));
  put_in_order(list, [](const auto& one, const auto& other) { return *one < *other; });
  EXPECT_EQ(*list[0], 1);
  EXPECT_EQ(*list[1], 2);
}

TEST(InOrder, EqualOnesStayAsTheyStood) {
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 200; size += 7) {
    std::vector<std::pair<int, std::size_t>> list;
    for (std::size_t i = 0; i < size; ++i) list.emplace_back(static_cast<int>(random() % 5), i);
    auto expected = list;
    const auto less = [](const auto& one, const auto& other) { return one.first < other.first; };
    std::stable_sort(expected.begin(), expected.end(), less);
    put_in_order(list, less);
    EXPECT_EQ(list, expected);
  }
}

}  // namespace
}  // namespace plumb
