#include "engine/editor/documents.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/testing/kinds.h"

namespace plumb::editor {
namespace {

const Registry kKinds = plumb::testing::made_up_kinds();
constexpr Openness kOpen{.expressions = true, .numbers = true};

// Every reference leads to something, in the document itself.
void expect_closed(const Json& part, const Json& document, const std::string& name) {
  if (part.is_object() && part.contains("$ref")) {
    const std::string reference = part["$ref"].get<std::string>();
    ASSERT_TRUE(reference.starts_with("#/")) << name << ": " << reference;
    EXPECT_TRUE(document.contains(Json::json_pointer(reference.substr(1)))) << name << ": " << reference;
  }
  if (!part.is_structured()) return;
  for (const auto& one : part) expect_closed(one, document, name);
}

TEST(Documents, AreCompleteInThemselvesAndOfDraft7) {
  const auto all = documents(kKinds, {});
  for (const auto& [name, document] : all) {
    EXPECT_EQ(document["$schema"], "http://json-schema.org/draft-07/schema#") << name;
    expect_closed(document, document, name);
  }
  for (const char* name : {"project", "included", "module", "inventory", "tests", "policy", "policy_tests", "provider",
                           "provider_tests", "profile", "machine_trust", "facts", "plan"})
    EXPECT_TRUE(all.contains(name)) << name;
}

TEST(Documents, HoldEveryKindWithItsKeyForTheIdentity) {
  const Json note = resource_schema(*kKinds.find("note"), kOpen);
  EXPECT_TRUE(note["properties"].contains("note"));
  EXPECT_FALSE(note["properties"].contains("at"));
  EXPECT_EQ(note["required"], Json::parse(R"(["note"])"));
  EXPECT_EQ(note["properties"]["when"]["$ref"], "#/definitions/resource-keys/properties/when");
  const Json project = documents(kKinds, {})["project"];
  for (const std::string& kind : kKinds.names()) EXPECT_TRUE(project["definitions"].contains("kind-" + kind)) << kind;
}

TEST(Documents, PutAKindBeforeThoseThatAreItsAttributes) {
  const std::vector<std::string> kinds = kinds_by_precedence(kKinds);
  EXPECT_EQ(kinds.size(), kKinds.all().size());
  const auto place = [&](const char* kind) { return std::find(kinds.begin(), kinds.end(), kind); };
  EXPECT_LT(place("note"), place("crate"));
  EXPECT_LT(place("chore"), place("lamp")) << "else they are sorted";
}

TEST(Documents, KnowTheInputsOfTheProjectsModules) {
  KnownProject known;
  known.inputs["port"] = {Json::parse(R"({"type": "integer"})"), false};
  KnownModule site{"modules/site", "A site.", {}};
  site.inputs["name"] = {Json::parse(R"({"type": "string"})"), true};
  site.inputs["port"] = {Json::parse(R"({"type": "integer", "default": 80})"), false};
  known.modules = {site, {"modules/base", "", {}}};
  const auto all = documents(kKinds, known);

  const Json& use = all.at("project")["definitions"]["use"];
  EXPECT_EQ(use["properties"]["use"]["examples"], Json::parse(R"(["./modules/base", "./modules/site"])"));
  ASSERT_EQ(use["allOf"].size(), 2U);
  EXPECT_EQ(use["allOf"][0]["then"].contains("required"), false);
  const Json& of_site = use["allOf"][1];
  EXPECT_EQ(of_site["if"]["properties"]["use"]["enum"], Json::parse(R"(["./modules/site", "./modules/site/"])"));
  EXPECT_EQ(of_site["then"]["required"], Json::parse(R"(["with"])"));
  const Json& with = of_site["then"]["properties"]["with"];
  EXPECT_EQ(with["required"], Json::parse(R"(["name"])"));
  EXPECT_EQ(with["additionalProperties"], false);
  EXPECT_EQ(with["properties"]["port"]["default"], 80);
  EXPECT_EQ(with["description"], "A site.");

  // A module from git is known by all that names it.
  known.git_modules = {{{"https://example.com/x", "web", "main", ""}, site}};
  const Json with_git = documents(kKinds, known).at("project")["definitions"]["use"]["allOf"][2];
  EXPECT_EQ(with_git["if"]["properties"]["use"], Json::parse(R"({
    "type": "object", "required": ["git", "ref", "path"],
    "properties": {"git": {"const": "https://example.com/x"}, "ref": {"const": "main"}, "path": {"const": "web"}}})"));
  EXPECT_EQ(with_git["then"], of_site["then"]);

  // Modules name each other from where they are.
  const Json& inner = all.at("module")["definitions"]["use"]["properties"]["use"]["examples"];
  EXPECT_EQ(inner, Json::parse(R"(["../base", "../site"])"));
  EXPECT_TRUE(all.at("inventory")["definitions"]["inputs"]["properties"].contains("port"));
}

}  // namespace
}  // namespace plumb::editor
