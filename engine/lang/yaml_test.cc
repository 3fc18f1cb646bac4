#include "engine/lang/yaml.h"

#include <gtest/gtest.h>

namespace plumb::lang {
namespace {

Node read(std::string_view text) {
  Diagnostics diagnostics;
  auto tree = read_yaml("t.yaml", text, diagnostics);
  EXPECT_TRUE(tree) << (diagnostics.empty() ? "" : diagnostics.items()[0].summary);
  return tree ? std::move(*tree) : Node{};
}

// "PL1002 2:3-2:7 …" for each finding.
std::string findings(std::string_view text) {
  Diagnostics diagnostics;
  EXPECT_FALSE(read_yaml("t.yaml", text, diagnostics)) << text;
  std::string out;
  for (const Diagnostic& d : diagnostics.sorted()) {
    out += code_name(d.code) + " " + std::to_string(d.span->line) + ":" + std::to_string(d.span->column) + "\n";
  }
  return out;
}

std::string place(const SourceSpan& s) {
  return std::to_string(s.line) + ":" + std::to_string(s.column) + "-" + std::to_string(s.end_line) + ":" +
         std::to_string(s.end_column);
}

TEST(Yaml, KeepsOrderTextAndStyle) {
  const Node root =
      read("b: no\na: \"0644\"\nc: 'it''s'\nd: |\n  x\n  y\ne: >-\n  x\n  y\nf: [1, {k: v}]\ng:\nh: null\n");
  ASSERT_EQ(root.entries.size(), 8U);
  EXPECT_EQ(root.entries[0].key, "b");
  EXPECT_EQ(root.find("b")->value.text, "no");
  EXPECT_TRUE(root.find("b")->value.is_plain());
  EXPECT_EQ(root.find("a")->value.style, Style::kDoubleQuoted);
  EXPECT_EQ(root.find("c")->value.text, "it's");
  EXPECT_EQ(root.find("c")->value.style, Style::kSingleQuoted);
  EXPECT_EQ(root.find("d")->value.text, "x\ny\n");
  EXPECT_EQ(root.find("d")->value.style, Style::kLiteral);
  EXPECT_EQ(root.find("e")->value.style, Style::kFolded);
  EXPECT_EQ(root.find("f")->value.items[1].find("k")->value.text, "v");
  EXPECT_TRUE(root.find("g")->value.is_null());
  EXPECT_TRUE(root.find("h")->value.is_plain());
  EXPECT_EQ(root.find("h")->value.text, "null");
  EXPECT_EQ(root.find("zz"), nullptr);
}

TEST(Yaml, SpansEndWhereTheTextEnds) {
  const Node root = read(
      "a: plain text # comment\n\"ké\": 'é''é'\nc: |\n  x\n\n  y\n\nd: [1,\n  2 ]\ne:\n  - x\n  -\nf: one\n  two\n");
  EXPECT_EQ(place(root.find("a")->value.span), "1:4-1:14");
  EXPECT_EQ(place(root.entries[1].key_span), "2:1-2:5");
  EXPECT_EQ(place(root.entries[1].value.span), "2:7-2:13");
  EXPECT_EQ(place(root.find("c")->value.span), "3:4-6:4");
  EXPECT_EQ(place(root.find("d")->value.span), "8:4-9:6");
  EXPECT_EQ(place(root.find("e")->value.items[0].span), "11:5-11:6");
  EXPECT_EQ(place(root.find("e")->value.items[1].span), "12:3-12:4");
  EXPECT_EQ(place(root.find("f")->value.span), "13:4-14:6");
}

TEST(Yaml, TakesByteOrderMarkAndWindowsLines) {
  const Node root = read(
      "\xef\xbb\xbf"
      "a: 1\r\nb:\r\n  - x\r\n  - 'y\r\n    z'\r\nc: |\r\n  t\r\n");
  EXPECT_EQ(place(root.find("a")->value.span), "1:4-1:5");
  EXPECT_EQ(root.find("b")->value.items[1].text, "y z");
  EXPECT_EQ(place(root.find("c")->value.span), "6:4-7:4");
}

TEST(Yaml, NullsAreToldFromTheKeysBehindThem) {
  const Node root = read("a:\nnull: 1\nb:\n  c:\n~: 2\n");
  ASSERT_EQ(root.entries.size(), 4U);
  EXPECT_TRUE(root.entries[0].value.is_null());
  EXPECT_EQ(root.entries[1].key, "null");
  EXPECT_TRUE(root.find("b")->value.find("c")->value.is_null());
  EXPECT_EQ(root.entries[3].key, "~");
}

TEST(Yaml, QuestionMarksInBracketsBelongToTheirWords) {
  const Node root = read("a: [http://x/?a=1&b=?, ?x, y?, what? no, 'q?', \"?\"]\nb: {k?: v, z: 1}\n");
  const std::vector<Node>& items = root.find("a")->value.items;
  ASSERT_EQ(items.size(), 6U);
  EXPECT_EQ(items[0].text, "http://x/?a=1&b=?");
  EXPECT_EQ(place(items[0].span), "1:5-1:22");
  EXPECT_EQ(items[1].text, "?x");
  EXPECT_EQ(items[2].text, "y?");
  EXPECT_EQ(items[3].text, "what? no");
  EXPECT_EQ(items[4].text, "q?");
  EXPECT_EQ(items[5].text, "?");
  EXPECT_EQ(root.find("b")->value.entries[0].key, "k?");
  EXPECT_EQ(findings("a: [b ? c]\n"), "PL1002 1:7\n");
}

TEST(Yaml, EmptyDocuments) {
  EXPECT_TRUE(read("").is_null());
  EXPECT_TRUE(read("# nothing\n\n").is_null());
  EXPECT_TRUE(read("---\n").is_null());
}

TEST(Yaml, GathersWhatIsWrong) {
  EXPECT_EQ(findings("a: 1\nb: 2\na: 3\nb: 4\n"), "PL1006 3:1\nPL1006 4:1\n");
  EXPECT_EQ(findings("a: &x 1\nb: *x\nc: !!str 2\n"), "PL1005 1:4\nPL1005 2:4\nPL1005 3:4\n");
  EXPECT_EQ(findings("a: 1\na: 2\nb: c: d\n"), "PL1006 2:1\nPL1002 3:5\n");
  EXPECT_EQ(findings("<<: {a: 1}\n? [x]\n: y\n"), "PL1005 1:1\nPL1005 2:3\n");
}

TEST(Yaml, Encoding) {
  EXPECT_EQ(findings("a: \xff\nb: \xc3\n"), "PL1003 1:4\n");
  EXPECT_EQ(findings("a: \xff\x01\nb: \xc3\x02\n"), "PL1003 1:4\nPL1003 1:5\n");
  EXPECT_EQ(findings(std::string_view("a: \0\n", 5)), "PL1003 1:4\n");
  EXPECT_EQ(findings("a: \x0c\n"), "PL1003 1:4\n");
  EXPECT_EQ(findings("a: b\rc: d\n"), "PL1003 1:5\n");
  EXPECT_EQ(findings("é: \xef\xbb\xbf\n"), "PL1003 1:4\n");
  EXPECT_EQ(findings(std::string_view("\xff\xfe"
                                      "a\0:\0",
                                      6)),
            "PL1003 1:1\n");
}

TEST(Yaml, Tabs) {
  EXPECT_EQ(findings("a:\n\tb: 1\n"), "PL1008 2:1\n");
  EXPECT_EQ(findings("a:\n  b: 1\n  \tc: 2\n"), "PL1008 3:3\n");
  EXPECT_EQ(findings("-\t- a\n"), "PL1008 1:2\n");
  EXPECT_EQ(read("a:\tb\t# c\nd: \"x\ty\"\ne: |\n  \tz\n").entries.size(), 3U);
}

TEST(Yaml, LinesOfNothingButWhiteSpaceAreEmpty) {
  const Node root = read("a: 1\n\t\nb:\n  - x\n \t \n  - y z\n\t\r\nc: \"p\n\t\n  q\"\nd: |\n  r\n# e\n\t");
  ASSERT_EQ(root.entries.size(), 4U);
  EXPECT_EQ(root.find("b")->value.items.size(), 2U);
  EXPECT_EQ(root.find("b")->value.items[1].text, "y z");
  EXPECT_EQ(root.find("c")->value.text, "p\nq");
  EXPECT_EQ(root.find("d")->value.text, "r\n");
  EXPECT_EQ(place(root.find("d")->value.span), "11:4-12:4");
  // But not where the lines of a block text may stand.
  EXPECT_EQ(findings("a: |\n\t\nb: 1\n"), "PL1008 2:1\n");
  EXPECT_EQ(findings("a: |\n  x\n \t\nb: 1\n"), "PL1008 3:2\n");
}

TEST(Yaml, BlockTextsAreNotMistaken) {
  const Node root =
      read("a: |\n  # no comment\n  key: \"open\n  - [\n\nb: >2\n    x\n   y\nc: |+\n\nd: |-\n  &a *b !c\n");
  EXPECT_EQ(root.find("a")->value.text, "# no comment\nkey: \"open\n- [\n");
  EXPECT_EQ(root.find("d")->value.text, "&a *b !c");
}

// The standard's values, also where yaml-cpp and other readers have another one.
TEST(Yaml, LineEndsOfBlockTexts) {
  const auto value = [](std::string_view text) { return read(text).entries.at(0).value.text; };
  EXPECT_EQ(value("a: >+\n  x\n\n"), "x\n\n");
  EXPECT_EQ(value("a: >+\n  x\n\n\nb: 1\n"), "x\n\n\n");
  EXPECT_EQ(value("a: |+\n  x\n\n# c\n\n"), "x\n\n");
  EXPECT_EQ(value("a: >\n  x\n  "), "x\n");
  EXPECT_EQ(value("a: >-\n  x\n   "), "x\n ");
  EXPECT_EQ(value("a: |\n  x\n   "), "x\n \n");
  EXPECT_EQ(value("a: |+\n  x\n  "), "x\n");
  EXPECT_EQ(value("a: |+\n   "), "\n");
  EXPECT_EQ(value("a: |\n  x\n  "), "x\n");
  EXPECT_EQ(value("a: |\n  x"), "x");
  EXPECT_EQ(value("a: >\n\n  x\n  y\n\n  z\n"), "\nx y\nz\n");
  EXPECT_EQ(value("a: >\n  x\n    y\n  z\n"), "x\n  y\nz\n");
  EXPECT_EQ(value("a: >\n  x\n\n    y\n\n  z\n"), "x\n\n  y\n\nz\n");
  EXPECT_EQ(value("a: >\n  x\n  \ty\n"), "x\n\ty\n");
  EXPECT_EQ(value("a: |2\n    \n"), "  \n");
  EXPECT_EQ(value("a: |\n\n\n"), "");
  EXPECT_EQ(value("a: |+\n\n\n"), "\n\n");
  EXPECT_EQ(value("a: >-1\n\n  x\n y\n\n"), "\n x\ny");
  EXPECT_EQ(value("a: >+\r\n  x\r\n  y\r\n\r\n"), "x y\n\n");
}

TEST(Yaml, LineEndsOfQuotedTexts) {
  const auto value = [](std::string_view text) { return read(text).entries.at(0).value.text; };
  EXPECT_EQ(value("a: '\n\n  '"), "\n");
  EXPECT_EQ(value("a: 'x\n\n\n  '"), "x\n\n");
  EXPECT_EQ(value("a: ' x \n \t y '"), " x y ");
  EXPECT_EQ(value("a: '\n  x'"), " x");
  EXPECT_EQ(value("a: \"\n\n  \""), "\n");
  EXPECT_EQ(value("a: \"x\\\n  y\\ \n  z\""), "xy  z");
  EXPECT_EQ(value("a: \"x\\\n\n\n  y\""), "x\n\ny");
  EXPECT_EQ(value("a: \"x\\t\t\n  \\ty\""), "x\t \ty");
  EXPECT_EQ(value("a: \"\\x41\\u00e9\\U0001F600\\_\\N\\L\\P\\e\\0\""),
            std::string("A\xc3\xa9\xf0\x9f\x98\x80\xc2\xa0\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\x1b\0", 19));
  EXPECT_EQ(value("a: x\n  y\n\n\n  z\n"), "x y\n\nz");
  EXPECT_EQ(read("\"x\\\n\n\n  y\"").text, "x\n\ny");
}

TEST(Yaml, ValuesStandDeeperThanTheirKeys) {
  EXPECT_EQ(findings("a:\n\"q\"\n"), "PL1002 2:1\n");
  EXPECT_EQ(findings("a:\n'q'\n"), "PL1002 2:1\n");
  EXPECT_EQ(findings("a:\n[1]\n"), "PL1002 2:1\n");
  EXPECT_EQ(findings("a:\n{b: 1}\n"), "PL1002 2:1\n");
  EXPECT_EQ(findings("a:\n|\n  x\n"), "PL1002 2:1\n");
  EXPECT_EQ(findings("-\n\"q\"\n").substr(0, 10), "PL1002 2:1");
  EXPECT_EQ(findings("- a:\n  [1]\n"), "PL1002 2:3\n");
  EXPECT_EQ(read("a:\n- 1\n").find("a")->value.items.size(), 1U);
  EXPECT_EQ(read("a:\n \"q\"\n").find("a")->value.text, "q");
  EXPECT_EQ(read("a: {\n  b: 1\n}\n").find("a")->value.entries.size(), 1U);
}

// Found by fuzzing.
TEST(Yaml, EndsWhereYamlCppDoesNot) {
  EXPECT_EQ(findings(" ,]\n"), "PL1002 1:2\n");
  EXPECT_EQ(findings("a: 1\n...\n]\n"), "PL1002 3:1\n");
  EXPECT_EQ(findings(std::string(1000, ',')), "PL1002 1:1\n");
}

TEST(Yaml, Limits) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
  };
  read(nested(64));
  EXPECT_EQ(findings(nested(65)), "PL1004 1:65\n");
  EXPECT_EQ(findings(std::string(100'000, '[')).substr(0, 6), "PL1004");
  EXPECT_EQ(findings("a: " + std::string(kMaxYamlScalar + 1, 'x')), "PL1004 1:4\n");
  EXPECT_EQ(findings(std::string(kMaxYamlBytes + 1, ' ')), "PL1004 0:0\n");
  std::string many = "[";
  for (std::size_t i = 0; i < kMaxYamlNodes + 1; ++i) many += "x,";
  many += "]";
  EXPECT_EQ(findings(many).substr(0, 6), "PL1004");
}

// A reader that took quadratic time would not end here before the test's timeout.
TEST(Yaml, LargeDocuments) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "key" + std::to_string(i) + ": \"value\"\n";
  EXPECT_EQ(read(text).entries.size(), 100'000U);
  std::string one_line = "[";
  for (int i = 0; i < 200'000; ++i) one_line += "é,";
  EXPECT_EQ(read(one_line + "]").items.size(), 200'000U);
}

}  // namespace
}  // namespace plumb::lang
