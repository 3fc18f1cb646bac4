#include "engine/secrets/generate.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

namespace plumb::secrets {
namespace {

TEST(Generate, ValuesHaveTheirLengthAndCharacters) {
  const config::Generation rule{24, "abc"};
  std::set<std::string> values;
  for (int i = 0; i < 50; ++i) {
    const std::string value = new_value(rule);
    EXPECT_EQ(value.size(), 24U);
    EXPECT_EQ(value.find_first_not_of("abc"), std::string::npos) << value;
    values.insert(value);
  }
  EXPECT_EQ(values.size(), 50U);
}

// A byte has 256 values, which 100 characters do not divide: the first 56 would come up half as often again.
TEST(Generate, NoCharacterIsFavoured) {
  std::string characters;
  for (int c = 0; c < 100; ++c) characters += static_cast<char>(c + 1);
  std::map<char, int> counts;
  constexpr int kValues = 200;
  for (int i = 0; i < kValues; ++i) {
    for (const char c : new_value({1000, characters})) ++counts[c];
  }
  // 2000 times each, on average; seven standard deviations either way.
  for (const auto& [character, count] : counts) {
    EXPECT_GT(count, 1690) << static_cast<int>(character);
    EXPECT_LT(count, 2310) << static_cast<int>(character);
  }
  EXPECT_EQ(counts.size(), 100U);
}

TEST(Generate, AStandInIsTheSameEachTime) {
  EXPECT_EQ(stand_in({5, "abc"}, 0), "abcab");
  EXPECT_EQ(stand_in({5, "abc"}, 2), "cabca");
}

}  // namespace
}  // namespace plumb::secrets
