#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "providers/sdk/edit_testing.h"

namespace plumb {
namespace {

TreeEdit tree(Json set, std::vector<std::string> remove = {}) {
  return tree_edit("json", std::move(set), std::move(remove));
}

TEST(TreeEdit, AValueIsReplacedWhereItStands) {
  EXPECT_EQ(made(tree({{"b", 2}}), "{ \"b\" :1.0,\n \"a\": 1e3 }"), "{ \"b\" :2,\n \"a\": 1e3 }");
  EXPECT_EQ(made(tree({{"a.1.x", "y"}}), R"({"a": [0, {"x": true}]})"), R"({"a": [0, {"x": "y"}]})");
  EXPECT_EQ(made(tree({{"\"a.b\"", 2}}), R"({"a.b": 1})"), R"({"a.b": 2})");
  EXPECT_EQ(made(tree({{"a", 1}}), "{\"a\": 1 }\r\n"), "{\"a\": 1 }\r\n");
  EXPECT_EQ(made(tree({{"a", {{"x", 1}}}}), "{\n    \"a\": 1\n}\n"), "{\n    \"a\": {\n        \"x\": 1\n    }\n}\n");
}

TEST(TreeEdit, WhatIsMissingIsMade) {
  EXPECT_EQ(made(tree({{"a.b", 1}}), ""), "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n");
  EXPECT_EQ(made(tree({{"b", 1}}), "{\n\t\"a\": 1\n}\n"), "{\n\t\"a\": 1,\n\t\"b\": 1\n}\n");
  EXPECT_EQ(made(tree({{"b", 1}}), "{\"a\": 1}"), "{\"a\": 1, \"b\": 1}");
  EXPECT_EQ(made(tree({{"a.1", 2}}), "{\"a\": [1]}"), "{\"a\": [1, 2]}");
  EXPECT_EQ(made(tree({{"a.x", 2}}), "{\n  \"a\": {}\n}\n"), "{\n  \"a\": {\n    \"x\": 2\n  }\n}\n");
  TreeEdit merge = tree(nullptr);
  merge.merge.value = {{"a", {{"y", 2}}}, {"b", {1}}};
  EXPECT_EQ(made(merge, R"({"a": {"x": 1}, "b": [2, 3]})"), R"({"a": {"x": 1, "y": 2}, "b": [1]})");
}

TEST(TreeEdit, ValuesGoWithTheirCommas) {
  EXPECT_EQ(made(tree(nullptr, {"a"}), "{\n  \"a\": 1,\n  \"b\": 2\n}\n"), "{\n  \"b\": 2\n}\n");
  EXPECT_EQ(made(tree(nullptr, {"b"}), "{\n  \"a\": 1,\n  \"b\": 2\n}\n"), "{\n  \"a\": 1\n}\n");
  EXPECT_EQ(made(tree(nullptr, {"a"}), "{\n  \"a\": 1\n}\n"), "{}\n");
  EXPECT_NE(refusal(tree(nullptr, {"a.0"}), R"({"a": [1, 2]})"), "none") << "then there is another first";
}

TEST(TreeEdit, WhatItFindsIsToldByPath) {
  const auto result = make_edit(tree({{"a.b", 2}, {"c", 1}}, {"d"}), R"({"a": {"b": 1}, "d": "x"})");
  EXPECT_EQ(result->found, "a.b: 1\nd: \"x\"");
  EXPECT_EQ(result->wanted, "a.b: 2\nc: 1");
}

TEST(TreeEdit, WhatIsNoTreeIsRefusedWithItsLine) {
  EXPECT_EQ(refusal(tree({{"a", 1}}), "{\n \"a\": 1,\n}"), "line 3 is no JSON: a value is expected");
  EXPECT_EQ(refusal(tree({{"a", 1}}), "{\"a\": 1, \"a\": 2}"), "line 1 is no JSON: `a` stands there twice");
  EXPECT_EQ(refusal(tree({{"a", 1}}), "// c\n{}"), "line 1 is no JSON: a value is expected");
  EXPECT_EQ(refusal(tree({{"a", 1}}), std::string(300, '[')), "line 1 is no JSON: it is nested too deeply");
  EXPECT_EQ(refusal(tree({{"a.b", 1}}), R"({"a": 1})"), "`a` is no map in which something could be");
  EXPECT_EQ(refusal(tree({{"a.7", 1}}), R"({"a": []})"), "`a` is a list of 0 and has no place 7");
  EXPECT_EQ(refusal(tree({{"a..b", 1}}), "{}"), "`a..b` has a step without a name");
  EXPECT_EQ(make_edit(tree(keyed_digest(std::string(64, 'a'), "x")), "").error().code(), Code::kSecretUnresolved);
}

}  // namespace
}  // namespace plumb
