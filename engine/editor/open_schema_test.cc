#include "engine/editor/open_schema.h"

#include <regex>

#include <gtest/gtest.h>

namespace plumb::editor {
namespace {

constexpr Openness kBoth{.expressions = true, .numbers = true};

Json opened(const char* schema, Openness openness) {
  return open_value(Json::parse(schema), openness);
}

bool matches(const Json& schema, const std::string& text) {
  return std::regex_search(text, std::regex(schema["pattern"].get<std::string>(), std::regex::ECMAScript));
}

TEST(OpenSchema, LeavesAPlainSchemaAsItIs) {
  const char* schema = R"({"type": "integer", "minimum": 1, "description": "One."})";
  EXPECT_EQ(opened(schema, {}), Json::parse(schema));
}

TEST(OpenSchema, TakesAnExpressionForANumber) {
  const Json schema = opened(R"({"type": "integer", "minimum": 1})", kBoth);
  EXPECT_EQ(schema["type"], Json::parse(R"(["integer", "string"])"));
  EXPECT_TRUE(matches(schema, "${inputs.port}"));
  EXPECT_FALSE(matches(schema, "many"));
  EXPECT_EQ(schema["patternErrorMessage"], "expected a whole number, or an expression: ${…}");
}

TEST(OpenSchema, KeepsTheChoicesBesideAnExpression) {
  const Json schema = opened(R"({"type": "string", "enum": ["a", "b"], "description": "One."})", kBoth);
  EXPECT_EQ(schema["description"], "One.");
  ASSERT_EQ(schema["anyOf"].size(), 2U);
  EXPECT_EQ(schema["anyOf"][0]["enum"], Json::parse(R"(["a", "b"])"));
  EXPECT_TRUE(matches(schema["anyOf"][1], "${inputs.state}"));
}

TEST(OpenSchema, MakesAFormatAPatternWithItsMessage) {
  const Json mode = opened(R"({"type": "string", "x-format": "mode"})", kBoth);
  for (const char* good : {"0644", "644", "u=rw,go=r", "a+X", "${inputs.mode}"})
    EXPECT_TRUE(matches(mode, good)) << good;
  for (const char* bad : {"0999", "rw-r--r--", "44", ""}) EXPECT_FALSE(matches(mode, bad)) << bad;
  EXPECT_EQ(mode["patternErrorMessage"],
            "expected 3 to 5 octal digits or clauses of chmod, such as \"0644\" or u=rw,go=r");
  EXPECT_FALSE(mode.contains("x-format"));
}

TEST(OpenSchema, TakesTheNumbersThatYamlMakesOfText) {
  EXPECT_EQ(opened(R"({"type": "string"})", kBoth)["type"], Json::parse(R"(["string", "number"])"));
  EXPECT_EQ(opened(R"({"type": "string"})", {.expressions = true, .numbers = false})["type"], "string");
}

TEST(OpenSchema, OpensWhatLiesWithin) {
  const Json schema = opened(R"({"type": "array", "items": {"type": "boolean"}, "uniqueItems": true})", kBoth);
  EXPECT_EQ(schema["items"]["type"], Json::parse(R"(["boolean", "string"])"));
  EXPECT_EQ(schema["uniqueItems"], true);
}

TEST(OpenSchema, SaysWhichKeysExcludeEachOther) {
  const Json schema = open_document(
      Json::parse(R"({"type": "object", "x-exclusive": [["a", "b"]], "properties": {"a": {}, "b": {}}})"), {});
  EXPECT_EQ(schema["dependencies"]["a"]["properties"], Json::parse(R"({"b": false})"));
  EXPECT_EQ(schema["dependencies"]["b"]["errorMessage"], "only one of these may be given: a, b");
}

}  // namespace
}  // namespace plumb::editor
