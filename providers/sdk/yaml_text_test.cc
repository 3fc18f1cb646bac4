// Values of YAML, changed where they stand.
#include <gtest/gtest.h>

#include "providers/sdk/edit_testing.h"

namespace plumb {
namespace {

std::string yaml(Json set, const std::string& text) {
  return made(tree_edit("yaml", std::move(set)), text);
}
std::string without(std::vector<std::string> remove, const std::string& text) {
  return made(tree_edit("yaml", nullptr, std::move(remove)), text);
}
TEST(YamlEdit, AValueIsReplacedWhereItStands) {
  EXPECT_EQ(yaml({{"a.b", 2}}, "# top\na:\n    b:   1   # one\n    c: 'x'\n"),
            "# top\na:\n    b:   2   # one\n    c: 'x'\n");
  EXPECT_EQ(yaml({{"a.1", "y: z"}}, "a:\n- x\n- b: 1\n  c: 2 # two\n- w\n"), "a:\n- x\n- \"y: z\"\n- w\n");
  EXPECT_EQ(yaml({{"a", "no"}}, "a: >-\n  text\n\n  over lines\nb: 1\n"), "a: \"no\"\nb: 1\n");
  EXPECT_EQ(yaml({{"a", {1, "x"}}}, "a: [1, 2,  # two\n  3] # end\nb: 1\n"), "a: # end\n  - 1\n  - x\nb: 1\n");
  EXPECT_EQ(yaml({{"a", {{"x", 1}}}}, "a: 1 # one\r\nb: 2\r\n"), "a: # one\r\n  x: 1\r\nb: 2\r\n");
  EXPECT_EQ(yaml({{"a", 1}}, "a:\n  # inner\n  b: 1\nc: 2"), "a: 1\n  # inner\nc: 2");
  EXPECT_EQ(yaml({{"a", "x"}}, "c: 2\na:\n  b: 1"), "c: 2\na: x") << "a missing last line end stays missing";
  EXPECT_EQ(yaml({{"a", "one\ntwo\n"}}, "a: 1"), "a: \"one\\ntwo\\n\"") << "which has no last line end to spare";
  EXPECT_EQ(yaml({{"a", "one\ntwo\n"}}, "a: 1\n  # b\n"), "a: \"one\\ntwo\\n\"\n  # b\n") << "no comment becomes text";
  EXPECT_EQ(yaml({{"a", "one\n\n two\n"}}, "a: 1\nb: 2\n"), "a: |\n  one\n\n   two\nb: 2\n");
  EXPECT_EQ(yaml({{"\"a.b\"", 2}}, "'a.b' : 1\n"), "'a.b' : 2\n");
}

TEST(YamlEdit, WhatIsMissingIsMadeAsTheRestIsWritten) {
  EXPECT_EQ(yaml({{"a.b", 1}}, ""), "a:\n  b: 1\n");
  EXPECT_EQ(yaml({{"b", {{"c", {1}}}}}, "a:\n    x:\n    - 1\n"), "a:\n    x:\n    - 1\nb:\n    c:\n    - 1\n");
  EXPECT_EQ(yaml({{"a.z", 2}}, "a:\n  x: 1 # one\n\nb: 1\n"), "a:\n  x: 1 # one\n  z: 2\n\nb: 1\n");
  EXPECT_EQ(yaml({{"a.1", {{"p", 2}, {"m", {1}}}}}, "a:\n  - p: 1\n"), "a:\n  - p: 1\n  - m:\n      - 1\n    p: 2\n");
  EXPECT_EQ(yaml({{"a.b", 1}}, "a:\nb: 1\n"), "a:\n  b: 1\nb: 1\n");
  EXPECT_EQ(yaml({{"a.b", 1}}, "a: {} # none\n"), "a: # none\n  b: 1\n");
  EXPECT_EQ(yaml({{"a", 1}}, "---\n# nothing yet\n"), "---\n# nothing yet\na: 1\n");
  TreeEdit merge = tree_edit("yaml", nullptr);
  merge.merge.value = {{"a", {{"z", 2}}}};
  EXPECT_EQ(made(merge, "a:\n  x: 1\n"), "a:\n  x: 1\n  z: 2\n");
}

TEST(YamlEdit, EntriesGoWithTheirLines) {
  EXPECT_EQ(without({"a.x"}, "a:\n  x:\n    - 1\n    - 2\n  # y\n  y: 1\n"), "a:\n  # y\n  y: 1\n");
  EXPECT_EQ(without({"a.0.x"}, "a:\n  - x: 1\n    y: 2\n"), "a:\n  - y: 2\n");
  EXPECT_EQ(without({"a.1"}, "a:\n  - 1\n  - 2\n"), "a:\n  - 1\n");
  EXPECT_EQ(without({"a"}, "b: 1\na: 2"), "b: 1");
  EXPECT_EQ(without({"a.x"}, "a:\n  x: 1\n"), "a: {}\n");
  EXPECT_EQ(without({"b"}, "a: 1\n"), "a: 1\n");
}

TEST(YamlEdit, AnEqualValueIsLeftHoweverItIsWritten) {
  for (const char* text : {"a: 'x y'\n", "a: \"x\\x20y\"\n", "a: x\n  y\n", "a: >-\n  x\n  y\n", "a: |-\n  x y\n"})
    EXPECT_EQ(yaml({{"a", "x y"}}, text), text);
  EXPECT_EQ(yaml({{"a", {{"b", {1, nullptr}}}}}, "a: {b: [1, ~]}\n"), "a: {b: [1, ~]}\n");
  EXPECT_EQ(yaml({{"a.b", 1}}, "a: {b: 1}\n"), "a: {b: 1}\n");
}

TEST(YamlEdit, WhatReadersTakeForDifferentThingsIsWrittenSoThatAllAgree) {
  EXPECT_EQ(yaml({{"a", true}}, "a: yes\n"), "a: true\n");
  EXPECT_EQ(yaml({{"a", "yes"}}, "a: yes\n"), "a: \"yes\"\n");
  EXPECT_EQ(yaml({{"a", "22:30"}}, "a: 22:30\n"), "a: \"22:30\"\n");
  EXPECT_EQ(yaml({{"a", "0644"}}, "a: 0644\n"), "a: \"0644\"\n");
  EXPECT_EQ(yaml({{"a", "127.0.0.1"}}, "a: 127.0.0.1\n"), "a: 127.0.0.1\n");
}

TEST(YamlEdit, WhatElsewhereHangsOnIsRefusedWithItsPlace) {
  const auto refused = [](const std::string& path, std::string_view text) {
    return refusal(tree_edit("yaml", {{path, 9}}), text);
  };
  EXPECT_EQ(refused("b.x", "a: &one {x: 1}\nb: *one\n"), "`b` in line 2 is an alias of what stands elsewhere");
  EXPECT_EQ(refused("a.x", "a: &one\n  x: 1\nb: *one\n"), "`a` in line 2 has the anchor `&one`, so it is not edited");
  EXPECT_EQ(refused("a", "a:\n  x: &one 1\nb: *one\n"),
            "`a` in line 2 has an anchor in it, of which something else may be an alias");
  EXPECT_EQ(refused("a.x", "a: {x: 1}\n"), "`a` in line 1 is a flow collection, in which nothing is edited");
  EXPECT_EQ(refused("a.x", "a:\n  <<: *base\n  y: 1\n"), "`a` in line 2 takes values from elsewhere by `<<`");
  EXPECT_EQ(refused("a", "a: !vault |\n  x\n"), "`a` in line 1 has the tag `!vault`, so it is not edited");
  EXPECT_EQ(refused("a.x", "a: 1\n"), "`a` in line 1 is no map in which something could be");
  EXPECT_EQ(refused("a.3", "a:\n  - 1\n"), "`a` in line 2 is a list of 1 and has no place 3");
  EXPECT_EQ(yaml({{"c", 9}}, "a: &one {x: 1}\nb: *one\nc: 1\n"), "a: &one {x: 1}\nb: *one\nc: 9\n")
      << "beside them all is edited";
}

TEST(YamlEdit, WhatIsNoTreeIsRefusedWithItsLine) {
  const auto refused = [](std::string_view text) { return refusal(tree_edit("yaml", {{"z", 9}}), text); };
  const auto why = [](int line, const std::string& what) {
    return "line " + std::to_string(line) + " is not understood as YAML: " + what;
  };
  EXPECT_EQ(refused("a: 1\na: 2\n"), why(2, "`a` stands there twice"));
  EXPECT_EQ(refused("a: 1\n---\nb: 1\n"), why(2, "more than one document"));
  EXPECT_EQ(refused("a:\n\tb: 1\n"), why(2, "it is indented with a tab"));
  EXPECT_EQ(refused("a:\n  b: 1\n c: 1\n"), why(3, "it is indented deeper than what is above"));
  EXPECT_EQ(refused("a: b: 1\n"), why(1, "a second colon in one line"));
  EXPECT_EQ(refused("? a\n: b\n"), why(1, "a name that begins with `?`"));
  EXPECT_EQ(refused("a: \"x\nb: 1\n"), why(1, "a quote is not closed"));
  EXPECT_EQ(refused("a: [1, 2\nb: 1\n"), why(3, "`,` or `]` is expected"));
  EXPECT_EQ(refused("a: 'x' y\n"), why(1, "more stands behind the value"));
  EXPECT_EQ(refused("%YAML 1.2\n---\na: 1\n"), why(1, "a directive"));
  EXPECT_EQ(refused("a: \xff\n"), "it is no UTF-8, so no YAML");
  EXPECT_EQ(refused("a: x\rb: 1\n"), why(1, "a carriage return that ends no line"));
  EXPECT_EQ(refused("a: " + std::string(300, '[')), why(1, "it is nested too deeply"));
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "- ";
  EXPECT_EQ(refused(deep + "1\n"), why(1, "it is nested too deeply"));
}

}  // namespace
}  // namespace plumb
