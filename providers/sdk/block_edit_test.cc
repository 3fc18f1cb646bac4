#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "providers/sdk/edit_testing.h"

namespace plumb {
namespace {

BlockEdit block(std::string content) {
  BlockEdit edit;
  edit.content = std::move(content);
  edit.begin = "# B";
  edit.end = "# E";
  return edit;
}

BlockEdit no_block() {
  BlockEdit edit = block("");
  edit.absent = true;
  return edit;
}

TEST(BlockEdit, IsAddedAtTheEndAndReplacedWhereItIs) {  // B01
  EXPECT_EQ(made(block("a\nb"), "x\n"), "x\n# B\na\nb\n# E\n");
  EXPECT_EQ(made(block("a\nb"), ""), "# B\na\nb\n# E\n");
  EXPECT_EQ(made(block("c"), "x\n# B\na\nb\n# E\ny\n"), "x\n# B\nc\n# E\ny\n");
  EXPECT_EQ(made(block("a\nb\nc"), "x\n# B\nb\n# E\ny\n"), "x\n# B\na\nb\nc\n# E\ny\n");
  EXPECT_EQ(made(block(""), "# B\nb\n# E\n"), "# B\n# E\n");
  EXPECT_EQ(made(block("\n"), "# B\nb\n# E\n"), "# B\n\n# E\n");
}

TEST(BlockEdit, TheEndOfItsLastLineMakesNoDifference) {  // B04
  EXPECT_EQ(made(block("a\n"), "# B\na\n# E\n"), "# B\na\n# E\n");
  EXPECT_EQ(made(block("a"), "# B\na\n# E\n"), "# B\na\n# E\n");
  EXPECT_EQ(made(block("a\n\n"), "# B\na\n# E\n"), "# B\na\n\n# E\n") << "an empty line is one";
}

TEST(BlockEdit, ANewOneGoesWhereItIsAskedFor) {  // B02
  BlockEdit edit = block("a");
  edit.at_beginning = true;
  EXPECT_EQ(made(edit, "x\n"), "# B\na\n# E\nx\n");
  edit.at_beginning = false;
  edit.insert_after = "^x";
  EXPECT_EQ(made(edit, "x1\nx2\ny\n"), "x1\nx2\n# B\na\n# E\ny\n");
  edit.first = true;
  EXPECT_EQ(made(edit, "x1\nx2\ny\n"), "x1\n# B\na\n# E\nx2\ny\n");
  EXPECT_EQ(made(edit, "y\n"), "y\n# B\na\n# E\n");
  edit.insert_after.clear();
  edit.insert_before = "^x2";
  EXPECT_EQ(made(edit, "x1\nx2\ny\n"), "x1\n# B\na\n# E\nx2\ny\n");
  EXPECT_EQ(made(edit, "# B\nb\n# E\nx2\n# x2\n"), "# B\na\n# E\nx2\n# x2\n") << "one that is there stays there";
}

TEST(BlockEdit, TwoWithOtherMarkersLiveTogether) {  // B03
  BlockEdit other = block("o");
  other.begin = "<!-- start -->";
  other.end = "<!-- stop -->";
  EXPECT_EQ(made(other, made(block("a"), "")), "# B\na\n# E\n<!-- start -->\no\n<!-- stop -->\n");
}

TEST(BlockEdit, GoesWithItsMarkers) {  // B07, B08
  EXPECT_EQ(made(no_block(), "x\n# B\na\nb\n# E\ny\n"), "x\ny\n");
  EXPECT_EQ(made(no_block(), "x\n"), "x\n");
  EXPECT_EQ(made(no_block(), "# B\n# E\n"), "") << "an empty file stays";
  EXPECT_EQ(made(no_block(), "\n# B\na\n# E\n\n"), "\n\n") << "other lines stay";  // B06
}

TEST(BlockEdit, KeepsLineEndsAndAMissingLastOne) {  // B09
  EXPECT_EQ(made(block("a\nb"), "x\r\n"), "x\r\n# B\r\na\r\nb\r\n# E\r\n");
  EXPECT_EQ(made(block("a\nb"), "x\r\n# B\r\na\r\nb\r\n# E\r\n"), "x\r\n# B\r\na\r\nb\r\n# E\r\n");
  EXPECT_EQ(made(block("a\r\nb\r\n"), "x\n"), "x\n# B\na\nb\n# E\n");
  EXPECT_EQ(made(block("a"), "x"), "x\n# B\na\n# E");
  EXPECT_EQ(made(no_block(), "x\n# B\na\n# E"), "x");
}

TEST(BlockEdit, MarkersThatDoNotGoTogetherAreAnError) {  // B12
  EXPECT_EQ(made(block("a"), "x\n# B\nb\n"), "error: `# B` stands in line 2 without an end");
  EXPECT_EQ(made(no_block(), "x\n# E\nb\n"), "error: `# E` stands in line 2 without a beginning");
  EXPECT_EQ(made(block("a"), "# E\n# B\n"), "error: `# E` stands before `# B`");
  EXPECT_EQ(made(block("a"), "# B\n# E\n# B\n# E\n"), "error: `# B` stands in lines 1 and 3");
  EXPECT_EQ(made(block("a\n# E"), ""), "error: a line of the content is one of the markers");
  BlockEdit edit = block("a");
  edit.end = edit.begin;
  EXPECT_EQ(made(edit, ""), "error: both markers are `# B`");
}

TEST(BlockEdit, TellsWhatIsBetweenTheMarkers) {
  const Result<EditResult> result = make_edit(block("c\n"), "x\n# B\na\nb\n# E\n");
  EXPECT_EQ(result->found, "a\nb");
  EXPECT_EQ(result->wanted, "c");
  EXPECT_EQ(result->count, 2U);
  EXPECT_FALSE(make_edit(block("c"), "x\n")->found);
  EXPECT_EQ(make_edit(block("c"), "# B\n# E\n")->found, "");
}

TEST(BlockEdit, ASensitiveContentThatIsNotKnownIsAnError) {
  const KeyedDigestOf keyed = [](std::string_view) { return std::string(); };
  const std::string digest = keyed_digest(std::string(64, 'a'), "x");
  EXPECT_EQ(make_edit(block(digest), "a", keyed).error().code(), Code::kSecretUnresolved);
}

}  // namespace
}  // namespace plumb
