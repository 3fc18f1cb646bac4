#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "providers/sdk/edit_testing.h"

namespace plumb {
namespace {

ReplaceEdit replace(std::string match, std::string text = {}) {
  ReplaceEdit edit;
  edit.match = std::move(match);
  edit.text = std::move(text);
  return edit;
}

ReplaceEdit with_groups(std::string match, std::string text) {
  ReplaceEdit edit = replace(std::move(match), std::move(text));
  edit.back_references = true;
  return edit;
}

TEST(ReplaceEdit, ReplacesAllThatMatches) {
  EXPECT_EQ(made(replace("http:", "https:"), "http://a http://b\nx\nhttp://c"), "https://a https://b\nx\nhttps://c");
  EXPECT_EQ(made(replace("no"), "a\n"), "a\n");
  EXPECT_EQ(made(replace(" +$"), "a  \nb\nc \n"), "a\nb\nc\n");
  EXPECT_EQ(made(replace("^#.*\\n"), "#a\nb\n#c\n"), "b\n");
  EXPECT_EQ(made(replace("a", R"(\1)"), "a\n"), "\\1\n") << "without back references a text stands for itself";
}

TEST(ReplaceEdit, SeesTheWholeFile) {  // N23
  EXPECT_EQ(made(with_groups(R"(\A([\S\s]+)\n# end\n\z)", "\\1\n"), "a\nb\n# end\n"), "a\nb\n");
  EXPECT_EQ(made(replace("(?s)<old>.*?</old>\\n"), "1\n<old>\n2\n</old>\n3\n<old></old>\n4\n"), "1\n3\n4\n");
  EXPECT_EQ(made(replace("a\\nb", "c"), "a\nb\n"), "c\n");
}

TEST(ReplaceEdit, GroupsStandInTheText) {
  EXPECT_EQ(made(with_groups("^#(a|b)=(.*)$", "\\1=\\2"), "#a=1\n#b=\n#c=1\n"), "a=1\nb=\n#c=1\n");
  EXPECT_EQ(made(with_groups("(a)", "\\7"), "a\n"), "error: the pattern has no group 7");  // N24
  EXPECT_EQ(made(with_groups("a", "\\q"), "a\n"),
            "error: after a backslash comes the number of a group, or another one");
}

TEST(ReplaceEdit, OneThatWouldGrowIsRefused) {
  EXPECT_EQ(made(replace("foo", "foobar"), "x\nfoo\n"),
            "error: what it makes matches again, so that it would change at every run: it would make `foobar` and then "
            "`foobarbar`");
  EXPECT_EQ(made(replace("^", "# "), "a\n").substr(0, 34), "error: what it makes matches again");
  EXPECT_EQ(made(replace("foo", "foobar"), "x\n"), "x\n") << "nothing to do, and nothing grows";
  EXPECT_EQ(made(replace("foo$", "foobar"), "foo\n"), "foobar\n");
  EXPECT_EQ(made(replace("a+", "a"), "aaa b\n"), "a b\n");
}

TEST(ReplaceEdit, IsLimitedByWhatLiesAround) {
  ReplaceEdit edit = replace("^port=.*", "port=80");
  edit.only_after = "^\\[web\\]$";
  EXPECT_EQ(made(edit, "port=1\n[web]\nport=2\n[db]\nport=3\n"), "port=1\n[web]\nport=80\n[db]\nport=80\n");
  edit.only_before = "^\\[";
  EXPECT_EQ(made(edit, "port=1\n[web]\nport=2\n[db]\nport=3\n"), "port=1\n[web]\nport=80\n[db]\nport=3\n");
  EXPECT_EQ(made(edit, "port=1\n[web]\nport=2\n"), "port=1\n[web]\nport=2\n") << "nothing lies behind it";
  edit.only_after.clear();
  EXPECT_EQ(made(edit, "port=1\n[web]\nport=2\n"), "port=80\n[web]\nport=2\n");
  edit.only_after = "none";
  EXPECT_EQ(made(edit, "port=1\n[web]\nport=2\n"), "port=1\n[web]\nport=2\n");
}

TEST(ReplaceEdit, MatchesThatHoldSomethingStay) {
  ReplaceEdit edit = with_groups(R"re(^(CMDLINE="[^"]*)")re", R"(\1 audit=1")");
  EXPECT_EQ(made(edit, "CMDLINE=\"quiet\"\n").substr(0, 34), "error: what it makes matches again");
  edit.unless = "\\baudit=1\\b";
  EXPECT_EQ(made(edit, "CMDLINE=\"quiet\"\n"), "CMDLINE=\"quiet audit=1\"\n");
  EXPECT_EQ(made(edit, "CMDLINE=\"audit=1 quiet\"\n"), "CMDLINE=\"audit=1 quiet\"\n");
  EXPECT_EQ(made(edit, "CMDLINE=\"audit=10\"\nCMDLINE=\"audit=1\"\n"),
            "CMDLINE=\"audit=10 audit=1\"\nCMDLINE=\"audit=1\"\n")
      << "each match is asked for itself";
  EXPECT_EQ(made(edit, "# audit=1\nCMDLINE=\"\"\n"), "# audit=1\nCMDLINE=\" audit=1\"\n") << "and nothing around it";
  edit.unless = "(";
  EXPECT_EQ(made(edit, "a\n").substr(0, 6), "error:");
}

TEST(ReplaceEdit, MatchesOfNothingAreGoneThroughToo) {
  EXPECT_EQ(made(replace("x*", ""), "axb\n"), "ab\n");
  EXPECT_EQ(make_edit(replace("", "x"), "a").error().summary(), "an empty pattern matches everywhere");
}

TEST(ReplaceEdit, KeepsLineEndsBytesAndTheMark) {  // N16, N25
  EXPECT_EQ(made(replace("a", "b"), "a\r\nx\r\n"), "b\r\nx\r\n");
  EXPECT_EQ(made(replace("a\\r?$", "b"), "a\r\n"), "b\n");
  EXPECT_EQ(made(replace("^x=.*$", "w=5\ny=6"), "x=1\r\nz\r\n"), "w=5\r\ny=6\r\nz\r\n");
  EXPECT_EQ(made(replace("b\\n", ""), "a\r\nb\r\nc\r"), "a\r\nc\r");
  EXPECT_EQ(made(replace("^x=.*$", "x=5"), "x=1\r\nz\n"), "x=5\nz\n") << "of both kinds: as it stands";
  EXPECT_EQ(made(replace("^a.", "b"), "x\xe9\na\xe9\n"), "x\xe9\nb\n");
  EXPECT_EQ(made(replace("^a", "b"),
                 "\xEF\xBB\xBF"
                 "a\n"),
            "\xEF\xBB\xBF"
            "b\n");
}

TEST(ReplaceEdit, TellsTheWholeLinesThatChange) {
  const auto told = [](const ReplaceEdit& edit, const std::string& text) {
    const Result<EditResult> result = make_edit(edit, text);
    return result->found.value_or("none") + "|" + result->wanted.value_or("none");
  };
  EXPECT_EQ(told(replace("1", "2"), "a1b1\nc\nd1\n"), "a1b1\nd1|a2b2\nd2");
  EXPECT_EQ(told(replace("b\\nc", "x"), "a\nbb\ncc\nd\n"), "bb\ncc|bxc");
  EXPECT_EQ(told(replace("^b\\n"), "a\nb\nc\n"), "b|");
  EXPECT_EQ(told(replace("b", "b1\nb2$"), "a\nx\n"), "none|none");
  EXPECT_EQ(told(replace("^b$", "c\nd"), "a\nb\n"), "b|c\nd");
  EXPECT_EQ(told(replace("a\\r", "b\r"), "a\r\n"), "a|b");
  EXPECT_EQ(told(replace("\\A\\z", "a\n"), ""), "|a");
}

TEST(ReplaceEdit, BesideALineThatIsSealedNothingCanBeTold) {
  const std::string digest = keyed_digest(std::string(64, 'a'), "password=1");
  const SealedLines sealed{{digest}, {}};
  const ReplaceEdit edit = replace("x", "y");
  EXPECT_EQ(make_edit(edit, "x\n" + digest + "\n", {}, sealed).error().code(), Code::kRefusedByState);
  EXPECT_EQ(make_edit(edit, "x\n", {}, sealed)->text, "y\n");
}

TEST(ReplaceEdit, ASensitiveTextThatIsNotKnownIsAnError) {
  const KeyedDigestOf keyed = [](std::string_view) { return std::string(); };
  const std::string digest = keyed_digest(std::string(64, 'a'), "x");
  EXPECT_EQ(make_edit(replace("a", digest), "a", keyed).error().code(), Code::kSecretUnresolved);
}

TEST(ReplaceEdit, ManyMatchesTakeNoLongTime) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "a line with http://x in it\n";
  EXPECT_EQ(made(replace("http:", "https:"), text).size(), text.size() + 200'000);
}

}  // namespace
}  // namespace plumb
