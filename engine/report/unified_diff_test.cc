#include "engine/report/unified_diff.h"

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

TEST(UnifiedDiff, CountsTheLinesOfEachHunk) {
  EXPECT_EQ(unified_diff("f", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", "A\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n"),
            "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-a\n+A\n b\n c\n d\n@@ -8,3 +8,4 @@\n h\n i\n j\n+k\n");
}

TEST(UnifiedDiff, OfEmptyTexts) {
  EXPECT_EQ(unified_diff("f", "a\n", "a\n"), "");
  EXPECT_EQ(unified_diff("f", "", "a\n"), "--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n");
  EXPECT_EQ(unified_diff("f", "\n", ""), "--- a/f\n+++ b/f\n@@ -1,1 +0,0 @@\n-\n");
}

TEST(UnifiedDiff, SaysWhereTheLastLineIsBare) {
  EXPECT_EQ(unified_diff("f", "x\na", "x\na\nb\n"),
            "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n x\n-a\n\\ No newline at end of file\n+a\n+b\n");
  EXPECT_EQ(unified_diff("f", "a\nb", "b"),
            "--- a/f\n+++ b/f\n@@ -1,2 +1,1 @@\n-a\n b\n\\ No newline at end of file\n");
}

}  // namespace
}  // namespace plumb::report
