#include <gtest/gtest.h>

#include "providers/sdk/edit_testing.h"

namespace plumb {
namespace {

EntryEdit entry(std::string text) {
  EntryEdit edit;
  edit.text = std::move(text);
  edit.match = "^a\\s";
  edit.same = "^a\\s+1\\s*$";
  return edit;
}

EntryEdit job(std::string text) {
  EntryEdit edit;
  edit.text = std::move(text);
  edit.match = "^#?[0-9]";
  edit.mark = "# mine: x";
  edit.marks = "^# (mine|yours): x$";
  edit.any_marks = "^# (mine|yours): ";
  return edit;
}

TEST(EntryEdit, IsAddedReplacedAndLeftWhereItSaysTheSame) {
  EXPECT_EQ(made(entry("a 1"), "b 2\n"), "b 2\na 1\n");
  EXPECT_EQ(made(entry("a 1"), "a 2\nb 2\n"), "a 1\nb 2\n");
  EXPECT_EQ(made(entry("a 1"), "a\t 1 \nb 2\n"), "a\t 1 \nb 2\n");
  EXPECT_EQ(made(entry("a 1"), "b 2"), "b 2\na 1\n") << "what reads it may pass over a line that does not end";
  EXPECT_EQ(made(entry("a 1"), "b 2\r\na 2\r\n"), "b 2\r\na 1\r\n");
}

TEST(EntryEdit, StaysOnce) {
  EXPECT_EQ(made(entry("a 1"), "a 2\na  1\nb 2\na 3\n"), "a  1\nb 2\n");
  EXPECT_EQ(made(entry("a 1"), "a 2\na 3\n"), "a 1\n");
}

TEST(EntryEdit, GoesWithAllThatIsIt) {
  EntryEdit edit = entry("");
  edit.absent = true;
  EXPECT_EQ(made(edit, "a 2\nb 2\na 3\n"), "b 2\n");
  EXPECT_EQ(made(edit, "b 2\n"), "b 2\n");
  const auto found = make_edit(edit, "a 2\nb 2\na 3\n");
  EXPECT_EQ(found->found, "a 2\na 3");
  EXPECT_EQ(found->count, 2U);
  EXPECT_FALSE(found->wanted);
}

TEST(EntryEdit, ANewOneGoesWhereItIsAskedFor) {
  EntryEdit edit = entry("a 1");
  edit.insert_before = "^# End";
  EXPECT_EQ(made(edit, "b 2\n# End\n"), "b 2\na 1\n# End\n");
  edit.at_beginning = true;
  EXPECT_EQ(made(edit, "b 2\n"), "a 1\nb 2\n");
}

TEST(EntryEdit, OneThatNothingInItNamesIsToldByTheLineAbove) {
  EXPECT_EQ(made(job("1 go"), ""), "# mine: x\n1 go\n");
  EXPECT_EQ(made(job("2 go"), "# mine: x\n1 go\n# mine: y\n1 go\n"), "# mine: x\n2 go\n# mine: y\n1 go\n");
  EXPECT_EQ(made(job("2 go"), "# yours: x\n1 go\n"), "# yours: x\n2 go\n");
  EXPECT_EQ(made(job("#1 go"), "# mine: x\n1 go\n"), "# mine: x\n#1 go\n");
  EXPECT_EQ(made(job("2 go"), "# mine: x\n# a comment\n"), "# mine: x\n2 go\n# a comment\n");
  EXPECT_EQ(made(job("2 go"), "# mine: x\n1 go\n# mine: x\n2 go\n"), "# mine: x\n2 go\n");
}

TEST(EntryEdit, AnEqualLineWithoutAMarkIsTakenOver) {
  EXPECT_EQ(made(job("1 go"), "0 x\n1 go\n"), "0 x\n# mine: x\n1 go\n");
  const auto result = make_edit(job("1 go"), "1 go\n");
  EXPECT_EQ(result->found, "1 go");
  EXPECT_EQ(result->wanted, "# mine: x\n1 go");
  EXPECT_EQ(made(job("1 go"), "# mine: y\n1 go\n"), "# mine: y\n1 go\n# mine: x\n1 go\n") << "that one is another's";
}

TEST(EntryEdit, AMarkedOneGoesWithItsMark) {
  EntryEdit edit = job("");
  edit.absent = true;
  EXPECT_EQ(made(edit, "1 go\n# mine: x\n1 go\n"), "1 go\n");
  EXPECT_EQ(made(edit, "1 go\n# mine: x\n"), "1 go\n");
}

TEST(EntryEdit, OthersGoButThoseThatAreKept) {
  EntryEdit edit = entry("a 1");
  edit.others = "^[^#]";
  edit.keeps = {"^a\\s", "^b\\s"};
  EXPECT_EQ(made(edit, "# x\nb 1\nc 1\na 2\nd 1\n"), "# x\nb 1\na 1\n");
  const auto result = make_edit(edit, "c 1\na 1\n");
  EXPECT_FALSE(result->holds);
  EXPECT_EQ(result->found, "c 1\na 1");
  EXPECT_EQ(result->wanted, "a 1");
}

// HMAC-SHA-1 under the salt, as ssh has it.
TEST(EntryEdit, ANameThatSshHidesIsSeen) {  // O04
  const std::string hidden = "|1|AAECAwQFBgcICQoLDA0ODxAREhM=|bFDVYqbsfLlUB0fPAZemUYx8Gnc=";
  EntryEdit edit;
  edit.hashed = "example.org";
  edit.match = "^example\\.org ed ";
  edit.same = "^example\\.org ed AA$";
  edit.text = "example.org ed AA";
  EXPECT_EQ(made(edit, hidden + " ed AA\n"), hidden + " ed AA\n");
  EXPECT_EQ(made(edit, hidden + " ed BB\n"), "example.org ed AA\n");
  edit.hashed = "example.com";
  EXPECT_EQ(made(edit, hidden + " ed AA\n"), hidden + " ed AA\nexample.org ed AA\n");
}

TEST(EntryEdit, OneThatIsNotItselfIsRefused) {
  EntryEdit edit = entry("b 1");
  edit.same = "";
  const auto refused = make_edit(edit, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kRefusedByState);
  EXPECT_FALSE(make_edit(entry("a\n1"), ""));
}

}  // namespace
}  // namespace plumb
