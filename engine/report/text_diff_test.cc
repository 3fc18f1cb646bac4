#include "engine/report/text_diff.h"

#include <random>

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

std::string shown(std::string_view before, std::string_view after, int context = 3) {
  std::string text;
  for (const DiffLine& line : text_diff(before, after, context)) {
    text += (line.sign == '@' ? "" : std::string(1, line.sign)) + line.text + "\n";
  }
  return text;
}

TEST(TextDiff, ShowsChangesWithContextAndHunkHeaders) {
  EXPECT_EQ(shown("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", "a\nb\nX\nd\ne\nf\ng\nh\ni\nj\nk\n", 1),
            "@@ -2 +2 @@\n b\n-c\n+X\n d\n@@ -10 +10 @@\n j\n+k\n");
}

TEST(TextDiff, ANewFileIsAllAdditions) {
  EXPECT_EQ(shown("", "hello\nworld\n"), "+hello\n+world\n");
}

TEST(TextDiff, AMissingFinalNewlineIsADifference) {
  EXPECT_EQ(shown("hello", "hello\n"), "-hello (no newline at the end)\n+hello\n");
}

TEST(TextDiff, TheScriptRebuildsBothTexts) {
  std::mt19937 random(1);  // NOLINT: the same texts in every run
  const auto text = [&] {
    std::string result;
    for (std::size_t i = random() % 9; i > 0; --i)
      result += std::string(1, static_cast<char>('a' + random() % 3)) + "\n";
    return result;
  };
  for (int round = 0; round < 5000; ++round) {
    const std::string before = text();
    const std::string after = text();
    if (before == after) continue;
    std::string old_text;
    std::string new_text;
    for (const DiffLine& line : text_diff(before, after, 100)) {
      if (line.sign != '+') old_text += line.text + "\n";
      if (line.sign != '-') new_text += line.text + "\n";
    }
    EXPECT_EQ(old_text, before);
    EXPECT_EQ(new_text, after);
  }
}

TEST(TextDiff, TextsWithoutAnythingInCommonStayCheap) {
  std::string before;
  std::string after;
  for (int i = 0; i < 20000; ++i) {
    before += "b" + std::to_string(i) + "\n";
    after += "a" + std::to_string(i) + "\n";
  }
  EXPECT_EQ(text_diff(before, after).size(), 40000U);
}

}  // namespace
}  // namespace plumb::report
