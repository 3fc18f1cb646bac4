#include "engine/lang/json_tree.h"

#include <gtest/gtest.h>

namespace plumb::lang {
namespace {

std::string fault(std::string_view text) {
  Diagnostics diagnostics;
  const auto node = read_json("t.json", text, Code::kInventorySource, diagnostics);
  EXPECT_EQ(node.has_value(), diagnostics.empty());
  if (node) return "";
  const Diagnostic& one = diagnostics.items().at(0);
  return one.span->str() + " " + one.summary;
}

TEST(JsonTree, EveryValueKnowsItsPlace) {
  Diagnostics diagnostics;
  const auto node = read_json("t.json", "{\"a\": [1, \"x\\u00e9\\ud83d\\ude00\\n\", null],\n \"b\": {}}",
                              Code::kInventorySource, diagnostics);
  ASSERT_TRUE(node);
  const Node& list = node->find("a")->value;
  EXPECT_EQ(list.items.at(0).text, "1");
  EXPECT_TRUE(list.items.at(0).is_plain());
  EXPECT_EQ(list.items.at(1).text, "x\xc3\xa9\xf0\x9f\x98\x80\n");
  EXPECT_EQ(list.items.at(1).style, Style::kDoubleQuoted);
  EXPECT_EQ(list.items.at(2).span.str(), "t.json:1:36");
  EXPECT_EQ(node->find("b")->key_span.str(), "t.json:2:2");
}

TEST(JsonTree, FaultsAreToldWithTheirPlace) {
  EXPECT_EQ(fault("  "), "t.json:1:3 there is no JSON: the text is empty");
  EXPECT_EQ(fault("{\"a\": 1,\n}"), "t.json:2:1 the text is not JSON");
  EXPECT_EQ(fault("{\"a\": 1"), "t.json:1:8 the JSON ends too early");
  EXPECT_EQ(fault("[1 2]"), "t.json:1:4 the text is not JSON");
  EXPECT_EQ(fault("{\"a\": 1, \"a\": 2}"), "t.json:1:10 a key stands twice in one map");
  EXPECT_EQ(fault("[01]"), "t.json:1:2 the text is not JSON");
  EXPECT_EQ(fault("[True]"), "t.json:1:2 the text is not JSON");
  EXPECT_EQ(fault("[\"\\ud800\"]"), "t.json:1:3 half of a pair of UTF-16");
  EXPECT_EQ(fault("[\"\\x\"]"), "t.json:1:3 a backslash sequence that JSON does not know");
  EXPECT_EQ(fault("[\"a"), "t.json:1:2 a text is not closed");
  EXPECT_EQ(fault("1 2"), "t.json:1:3 there is more text after the JSON value");
  EXPECT_EQ(fault(std::string(70, '[')), "t.json:1:66 the JSON is nested too deeply");
  EXPECT_EQ(fault("[1.5e-3, -0, true]"), "");
}

TEST(JsonTree, ALineForEachValue) {
  EXPECT_EQ(json_in_lines(R"({"a":[1,"x, {y}"],"b":{},"c":[ ]})"),
            "{\n  \"a\": [\n    1,\n    \"x, {y}\"\n  ],\n  \"b\": {},\n  \"c\": []\n}\n");
  EXPECT_EQ(json_in_lines("Traceback (most recent call)"), "Traceback (most recent call)\n");
}

}  // namespace
}  // namespace plumb::lang
