#include "engine/base/joined.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/shell_word.h"
#include "engine/base/split.h"

namespace plumb {
namespace {

TEST(Joined, HasSomethingBetweenTheTextsAlone) {
  EXPECT_EQ(joined(std::vector<std::string>()), "");
  EXPECT_EQ(joined(std::vector<std::string>{"a"}), "a");
  EXPECT_EQ(joined(std::set<std::string>{"b", "a"}), "a, b");
  EXPECT_EQ(joined(std::vector<std::string_view>{"a", "b", "c"}, " or "), "a or b or c");
}

TEST(Joined, TakesOneMore) {
  std::string list;
  append_item(list, "a");
  append_item(list, "b");
  append_item(list, "c", "; ");
  EXPECT_EQ(list, "a, b; c");
}

TEST(Split, GivesOnePartMoreThanThereAreMarks) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(split("", ','), Texts{""});
  EXPECT_EQ(split("a", ','), Texts{"a"});
  EXPECT_EQ(split(",a,,b,", ','), (Texts{"", "a", "", "b", ""}));
  EXPECT_EQ(split_views("a,b", ','), (std::vector<std::string_view>{"a", "b"}));
}

TEST(TypedWord, StandsBetweenQuotesWhereAShellNeedsThem) {
  EXPECT_EQ(typed_word("/a/plan-1.json"), "/a/plan-1.json");
  EXPECT_EQ(typed_word("user@host:22"), "user@host:22");
  EXPECT_EQ(typed_word(""), "''");
  EXPECT_EQ(typed_word("my plan"), "'my plan'");
  EXPECT_EQ(typed_word("it's"), "'it'\\''s'");
  EXPECT_EQ(typed_word("a;b"), "'a;b'");
  EXPECT_EQ(typed_word("$x"), "'$x'");
}

}  // namespace
}  // namespace plumb
