#include "engine/lang/source.h"

#include <gtest/gtest.h>

namespace plumb::lang {
namespace {

TEST(SourceMap, GivesLines) {
  SourceMap map;
  map.add("a", "\xef\xbb\xbfone\r\ntwo\n\nlast");
  EXPECT_EQ(map.line("a", 1), "one");
  EXPECT_EQ(map.line("a", 2), "two");
  EXPECT_EQ(map.line("a", 3), "");
  EXPECT_EQ(map.line("a", 4), "last");
  EXPECT_FALSE(map.line("a", 5));
  EXPECT_FALSE(map.line("a", 0));
  EXPECT_FALSE(map.line("b", 1));
}

TEST(SourceMap, HidesEveryLineOfASpan) {
  SourceMap map;
  map.add("a", "1\n2\n3\n4\n");
  map.hide({"a", 2, 1, 3, 2});
  EXPECT_FALSE(map.hidden("a", 1));
  EXPECT_TRUE(map.hidden("a", 2));
  EXPECT_TRUE(map.hidden("a", 3));
  EXPECT_FALSE(map.hidden("a", 4));
  EXPECT_FALSE(map.hidden("b", 2));
}

TEST(SourceMap, TakesWhatAnotherHolds) {
  SourceMap map;
  map.add("a", "old\n");
  SourceMap other;
  other.add("a", "new\n");
  other.add("b", "1\n2\n");
  other.hide({"b", 2, 1, 2, 2});
  map.extend(std::move(other));
  EXPECT_EQ(map.line("a", 1), "new");
  EXPECT_EQ(map.line("b", 1), "1");
  EXPECT_TRUE(map.hidden("b", 2));
}

}  // namespace
}  // namespace plumb::lang
