#include "engine/lang/format.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/lang/testing/format_promises.h"

namespace plumb::lang {
namespace {

std::string format(std::string_view text) {
  EXPECT_EQ(broken_promise(text), "") << text;
  Diagnostics diagnostics;
  return format_yaml("t.yaml", text, diagnostics).value_or("refused");
}

TEST(Format, IndentsByTwoAndListsUnderTheirKey) {
  EXPECT_EQ(format("resources:\n-   file:   /a\n    mode: 1\n-\n  package: b\n- - x\n  -  y\nk:\n      a:  b   \n"),
            "resources:\n  - file: /a\n    mode: 1\n  - package: b\n  - - x\n    - y\nk:\n  a: b\n");
}

TEST(Format, WhatIsNoMarkStaysNone) {
  EXPECT_EQ(format("    --- |1-"), "  --- |1-\n");
  EXPECT_EQ(format("   # c\n ...\n"), "  # c\n  ...\n");
  EXPECT_EQ(format(" a: 1\n --- b: 2\n"), "  a: 1\n  --- b: 2\n");
  EXPECT_EQ(format("---a: 1\n"), "---a: 1\n");
}

TEST(Format, LeavesWhatIsGoodAlone) {
  const std::string_view good =
      "# yaml-language-server: $schema=x\nplumb: v1\n\ninputs:              # each a schema\n"
      "  port: {type: integer, default: 80}\n  name:\n    type: string\n\nresources:\n  # the first\n  - file: /a\n"
      "    content: |\n      hello\n        there\n\n  - service: nginx\n    reload_on: [\"file:/a\", 'b']\n";
  EXPECT_EQ(format(good), good);
}

TEST(Format, CollapsesBlankLines) {
  EXPECT_EQ(format("\n\n\na: 1\n\n\n  \nb:\n\n  - x\n\n\n  # c\n\n\n  - y\n\n\n"),
            "a: 1\n\nb:\n\n  - x\n\n  # c\n\n  - y\n");
  EXPECT_EQ(format(""), "");
  EXPECT_EQ(format("\n \n"), "");
  EXPECT_EQ(format("\n# only this"), "# only this\n");
}

TEST(Format, CommentsStandWithWhatFollows) {
  EXPECT_EQ(format("   # top\na:\n# item\n- x\n      # next\n- y\n"), "# top\na:\n  # item\n  - x\n  # next\n  - y\n");
}

TEST(Format, DeeperCommentsStayWithWhatEnded) {
  EXPECT_EQ(format("list:\n- file: /a\n  # mode: 1\n# about b\nb:\n    c: 1\n    # d: 2\n"),
            "list:\n  - file: /a\n    # mode: 1\n# about b\nb:\n  c: 1\n  # d: 2\n");
  EXPECT_EQ(format("hosts:\n    # web1: {}\n    # web2: {}\ngroups:\n  - # later\n"),
            "hosts:\n  # web1: {}\n  # web2: {}\ngroups:\n  - # later\n");
}

TEST(Format, CommentsAtTheEndOfLinesKeepTheirColumn) {
  EXPECT_EQ(format("a:   1      # one\nbcd: 2      # two\ne: 3  # three\n"),
            "a: 1        # one\nbcd: 2      # two\ne: 3  # three\n");
  EXPECT_EQ(format("a: {x: 1,yy: 2} # one\nb: 1            # two\n"),
            "a: {x: 1, yy: 2} # one\nb: 1             # two\n");
  EXPECT_EQ(format("ä: é   # one\nb:  ee # two\n"), "ä: é  # one\nb: ee # two\n");
}

TEST(Format, BracketsGetOneSpaceAfterCommaAndColon) {
  EXPECT_EQ(format("a: { b:  1,c: [ 1,2 ,  3, ], \"d\":x, e, f: }\ng: [ ]\nh: {  }\ni: [k: v]\n"),
            "a: {b: 1, c: [1, 2, 3], \"d\": x, e, f:}\ng: []\nh: {}\ni: [k: v]\n");
}

TEST(Format, BracketsKeepTheirLines) {
  EXPECT_EQ(format("a: [\n      x, # first\n   y\n   , # second\n  {b: 1,\n c: 2},\n\n\n # last\n ]\n"),
            "a: [\n  x, # first\n  y, # second\n  {b: 1,\n    c: 2},\n\n  # last\n]\n");
  EXPECT_EQ(format("- k: [{\n      a: 1,\n   }]\n- [a,\n b]\n"), "- k: [{\n    a: 1,\n  }]\n- [a,\n    b]\n");
}

TEST(Format, KeepsQuotesAndText) {
  EXPECT_EQ(format("a: '0644'\nb: \"x\\ty\"\nc: 0644\n'd':  ~\ne: a#b\n"),
            "a: '0644'\nb: \"x\\ty\"\nc: 0644\n'd': ~\ne: a#b\n");
  EXPECT_EQ(format("a: \"x  \n\n      y\\\n      z\\  \n q\"\nb:\n     plain\n       text\n"),
            "a: \"x\n\n  y\\\n  z\\ \n  q\"\nb:\n  plain\n  text\n");
}

TEST(Format, BlockTextsKeepEveryByte) {
  EXPECT_EQ(format("k:\n- a: |  # why\n        x  \n\n          y\n   # not text\n- >-\n x\n"),
            "k:\n  - a: |  # why\n      x  \n\n        y\n    # not text\n  - >-\n    x\n");
  EXPECT_EQ(format("a:\n    b: |1\n       x\n    c: >+2\n        y\n"), "a:\n  b: |2\n      x\n  c: >2+\n      y\n");
}

TEST(Format, BlankLinesThatAreTextStay) {
  EXPECT_EQ(format("a: |+\n x\n\n\n# c\n\n\nb: |\n x\n\n\nc: |+\n x\n\n\n"),
            "a: |+\n  x\n\n\n# c\n\nb: |\n  x\n\nc: |+\n  x\n\n\n");
  EXPECT_EQ(format("a: |\n x\n   \nb: 1\n"), "a: |\n  x\n    \nb: 1\n");
}

// Such a text has no line break at its end, and gets none.
TEST(Format, TextThatEndsWithTheFile) {
  EXPECT_EQ(format("a: |\n  x"), "a: |-\n  x\n");
  EXPECT_EQ(format("a: x"), "a: x\n");
}

TEST(Format, DocumentMarksAndQuestionMarksStay) {
  EXPECT_EQ(format("--- # c\na: 1\n...\n# end\n"), "--- # c\na: 1\n...\n# end\n");
  EXPECT_EQ(format("?   a\n:   - b\n    - c\n? d\n"), "? a\n: - b\n  - c\n? d\n");
}

TEST(Format, WritesPlainLineBreaks) {
  EXPECT_EQ(format("\xef\xbb\xbf"
                   "a: 1\r\n\r\n\r\nb: |\r\n   x\r\n   y\r\n"),
            "a: 1\n\nb: |\n  x\n  y\n");
}

TEST(Format, LeavesWhatIsNotYamlAlone) {
  Diagnostics diagnostics;
  EXPECT_FALSE(format_yaml("t.yaml", "a: [1\nb: 2\n", diagnostics));
  ASSERT_EQ(diagnostics.error_count(), 1U);
  EXPECT_EQ(diagnostics.items()[0].code, Code::kYamlSyntax);
}

// --- the YAML of this project's own documents and tests

using Texts = std::map<std::string, std::string>;  // by file and line

// Lines between one that `begins` a text and one that ends it.
template <class Begins, class Ends>
void cut(const std::filesystem::path& file, const Begins& begins, const Ends& ends, Texts& texts) {
  std::ifstream in(file);
  std::string* text = nullptr;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (text != nullptr && ends(line)) text = nullptr;
    if (text != nullptr) *text += line + "\n";
    if (text == nullptr && begins(line)) text = &texts[file.string() + ":" + std::to_string(number)];
  }
}

Texts texts_of_the_tree() {
  Texts texts;
  const std::filesystem::path top(PLUMB_SOURCE_DIR);
  for (const char* folder : {"docs", "testdata"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top / folder)) {
      const std::string ending = entry.path().extension().string();
      if (ending == ".md") {
        cut(
            entry.path(), [](const std::string& line) { return line == "```yaml"; },
            [](const std::string& line) { return line == "```"; }, texts);
      } else if (ending == ".txt") {
        const auto section = [](const std::string& line) { return line.starts_with("-- ") && line.ends_with(" --"); };
        const auto yaml = [&](const std::string& line) {
          return section(line) && (line.ends_with(".yaml --") || line.starts_with("-- good "));
        };
        cut(entry.path(), yaml, section, texts);
      } else if (ending == ".sh") {
        cut(
            entry.path(), [](const std::string& line) { return line.ends_with("<<'YAML'"); },
            [](const std::string& line) { return line == "YAML"; }, texts);
      } else if (ending == ".yaml") {
        cut(
            entry.path(), [](const std::string&) { return true; }, [](const std::string&) { return false; }, texts);
      }
    }
  }
  return texts;
}

TEST(Format, KeepsItsPromisesOverTheWholeTree) {
  int count = 0;
  for (const auto& [place, text] : texts_of_the_tree()) {
    Diagnostics diagnostics;
    if (!read_yaml("t.yaml", text, diagnostics)) continue;
    ++count;
    EXPECT_EQ(broken_promise(text), "") << place << "\n" << text;
  }
  EXPECT_GT(count, 50);
}

}  // namespace
}  // namespace plumb::lang
