#include "engine/editor/cue.h"

#include <gtest/gtest.h>

#include "engine/editor/cue_text.h"
#include "engine/testing/kinds.h"

namespace plumb::editor {
namespace {

std::string cue(const char* schema) {
  return CueWriter([](const std::string& reference) { return "#" + reference.substr(reference.rfind('/') + 1); })
      .value(Json::parse(schema), "");
}

TEST(Cue, WritesTypesWithTheirLimits) {
  EXPECT_EQ(cue(R"({"type": "integer", "minimum": 1, "maximum": 9})"), "int & >=1 & <=9");
  EXPECT_EQ(cue(R"({"type": "string", "minLength": 1})"), "string & !=\"\"");
  EXPECT_EQ(cue(R"({"type": "string", "pattern": "^a\\d$"})"), "=~#\"^a\\d$\"#");
  EXPECT_EQ(cue(R"({"type": ["boolean", "null"]})"), "null | bool");
  EXPECT_EQ(cue(R"({"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": true})"),
            "[string, ...string] & list.UniqueItems()");
  EXPECT_EQ(cue("{}"), "_");
}

TEST(Cue, WritesChoices) {
  EXPECT_EQ(cue(R"({"enum": ["absent", "present"]})"), "\"absent\" | \"present\"");
  EXPECT_EQ(cue(R"({"anyOf": [{"type": "integer"}, {"type": "string"}]})"), "int | string");
}

TEST(Cue, ClosesMapsAndPutsWhatIsRequiredFirst) {
  EXPECT_EQ(cue(R"({"type": "object", "additionalProperties": false, "required": ["b"], "properties": {
                    "a": {"type": "string", "description": "First.\n\nSecond."}, "b": {"type": "boolean"},
                    "for": {"$ref": "#/definitions/For"}}})"),
            "{\n\tb: bool\n\t// First.\n\t//\n\t// Second.\n\ta?: string\n\t\"for\"?: #For\n}");
  EXPECT_EQ(cue(R"({"type": "object"})"), "{...}");
  EXPECT_EQ(cue(R"({"type": "object", "additionalProperties": {"type": "string"}})"), "{\n\t[string]: string\n}");
}

// What CUE would fill in might stand beside a key that excludes it.
TEST(Cue, TellsDefaultsInTheComment) {
  EXPECT_EQ(cue(R"({"type": "object", "additionalProperties": false, "properties": {
                    "state": {"enum": ["absent", "present"], "default": "present", "description": "Whether."}}})"),
            "{\n\t// Whether.\n\t//\n\t// Default: \"present\".\n\tstate?: \"absent\" | \"present\"\n}");
}

TEST(Cue, KnowsKeysThatExcludeEachOther) {
  EXPECT_EQ(cue(R"({"type": "object", "additionalProperties": false, "properties": {"a": {}, "b": {}},
                    "dependencies": {"a": {"properties": {"b": false}}}})"),
            "{\n\ta?: _\n\tb?: _\n\tif a != _|_ && b != _|_ {_|_}\n} & struct.MinFields(0)");
}

TEST(Cue, DoesNotFillInARequiredConstant) {
  EXPECT_EQ(cue(R"({"type": "object", "additionalProperties": false, "required": ["plumb"],
                    "properties": {"plumb": {"const": "v1"}}})"),
            "{\n\tplumb: =~\"^v1$\"\n}");
}

TEST(Cue, WritesConditionsBetweenKeys) {
  EXPECT_EQ(cue_condition(Json::parse(R"({"anyOf": [{"not": {"required": ["append"]}}, {"required": ["groups"]}]})")),
            "(!(append != _|_) || groups != _|_)");
  EXPECT_EQ(cue_condition(Json::parse(R"({"properties": {"state": {"const": "absent"}}})")),
            R"cue([if state != _|_ {"\(state)" == "absent"}, true][0])cue");
  // An expression, which may stand for some maps, is no map.
  EXPECT_EQ(cue_condition(Json::parse(R"({"anyOf": [{"required": ["a"]}, {"type": "string", "pattern": "x"}]})")),
            "a != _|_");
}

TEST(Cue, DefinesEveryDocumentAndKind) {
  const Registry kinds = plumb::testing::made_up_kinds();
  const std::string text = cue_definitions(kinds);
  EXPECT_EQ(text, cue_definitions(kinds));
  for (const char* name :
       {"#Project", "#Included", "#Module", "#Resource", "#Note", "#Lamp", "#Use", "#Inventory", "#Facts"})
    EXPECT_NE(text.find("\n" + std::string(name) + ": "), std::string::npos) << name;
}

}  // namespace
}  // namespace plumb::editor
