// The schemas, of kinds too, are of the subset that our validator knows, and it and a stock one (npm's ajv) judge every
// example and counter-example alike.
#include <algorithm>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/config/schema.h"
#include "engine/config/untyped.h"
#include "engine/config/validate.h"
#include "engine/config/words.h"
#include "engine/testing/case_file.h"
#include "engine/testing/scratch_folder.h"
#include "testdata/config/judged.h"
#include "testdata/tools/npm.h"

namespace plumb::config {
namespace {

// Every built-in schema that configuration is read by stays within the subset that the validator knows.
class SchemaSubset {
 public:
  std::vector<std::string> problems;

  void walk(const Json& schema, const std::string& at) {
    static const std::set<std::string> known = {"$schema",
                                                "$id",
                                                "$ref",
                                                "$comment",
                                                "title",
                                                "description",
                                                "markdownDescription",
                                                "type",
                                                "enum",
                                                "const",
                                                "properties",
                                                "patternProperties",
                                                "additionalProperties",
                                                "propertyNames",
                                                "required",
                                                "minProperties",
                                                "items",
                                                "minItems",
                                                "maxItems",
                                                "uniqueItems",
                                                "minLength",
                                                "maxLength",
                                                "pattern",
                                                "minimum",
                                                "maximum",
                                                "anyOf",
                                                "oneOf",
                                                "allOf",
                                                "not",
                                                "if",
                                                "then",
                                                "else",
                                                "default",
                                                "examples",
                                                "definitions",
                                                "$defs",
                                                "x-identity",
                                                "x-format",
                                                "x-elsewhere",
                                                "x-expected",
                                                "x-alone",
                                                "x-asked",
                                                "x-exclusive",
                                                "x-sensitive",
                                                "x-secret-capable",
                                                "x-since",
                                                "x-step",
                                                "x-example",
                                                "x-content-of",
                                                "x-replacement",
                                                "x-key"};
    static const std::set<std::string> formats = {
        "text-template",  "path",    "file-path", "mode",    "duration",
        "size",           "content", "template",  "source",  "source-folder",
        "source-parts",   "user",    "group",     "date",    "name",
        "timezone",       "pattern", "crontab",   "port",    "endpoint",
        "published-port", "url",     "address",   "network", "certificate-name",
        "known-host"};
    if (schema.is_boolean()) return;
    for (const auto& [key, value] : schema.items()) {
      if (!known.contains(key)) problems.push_back(at + " uses " + key);
    }
    if (schema.contains("x-format") && !formats.contains(schema["x-format"].get<std::string>())) {
      problems.push_back(at + " has the unknown format " + schema["x-format"].dump());
    }
    for (const char* maps : {"properties", "patternProperties", "definitions", "$defs"}) {
      if (!schema.contains(maps)) continue;
      for (const auto& [name, part] : schema[maps].items()) walk(part, at + "/" + maps + "/" + name);
    }
    for (const char* one : {"additionalProperties", "propertyNames", "items", "not", "if", "then", "else"}) {
      if (schema.contains(one)) walk(schema[one], at + "/" + one);
    }
    for (const char* lists : {"anyOf", "oneOf", "allOf"}) {
      if (!schema.contains(lists)) continue;
      for (const Json& part : schema[lists]) walk(part, at + "/" + lists);
    }
  }
};

TEST(BuiltinSchemas, StayWithinTheSubset) {
  SchemaSubset subset;
  std::vector<std::string> names = {"project",      "inventory", "facts",    "policy",
                                    "policy_tests", "profile",   "provider", "provider_tests"};
  for (const std::string& kind : kinds().names()) names.push_back("resources/" + kind);
  for (const std::string& name : names) {
    subset.walk(schema_of(name), name);
  }
  for (const std::string& problem : subset.problems) ADD_FAILURE() << problem;
}

// What is a port, or has one in it, in whatever kind.
class PortsWithoutBounds {
 public:
  explicit PortsWithoutBounds(const Json& document) : document_(document) { walk(document, ""); }

  std::vector<std::string> found;

 private:
  void look_at(const Json& part, const std::string& at) {
    if (part.contains("$ref")) {
      return look_at(document_.at(Json::json_pointer(part["$ref"].get<std::string>().substr(1))), at);
    }
    for (const char* choice : {"anyOf", "oneOf"}) {
      if (!part.contains(choice) || part.contains("type")) continue;
      for (const Json& one : part[choice]) look_at(one, at);
      return;
    }
    const std::set<std::string> types = types_of(part);
    if (types.contains("array")) return look_at(part.value("items", Json::object()), at);
    const bool bounded = part.value("minimum", 0) >= 1 && part.value("maximum", 0) == 65535;
    if (types.contains("integer") && !bounded) found.push_back(at + " is a number without the bounds of ports");
    static const std::set<std::string> formats = {"port", "endpoint", "published-port", "url"};
    if (types.contains("string") && !formats.contains(part.value("x-format", "")))
      found.push_back(at + " is a text of which nobody looks at the port");
  }

  void walk(const Json& part, const std::string& at) {
    if (part.is_array()) {
      for (const Json& one : part) walk(one, at);
    }
    if (!part.is_object()) return;
    static const std::set<std::string> names = {"port",    "ports", "source_port", "tcp",        "http",     "url",
                                                "key_url", "proxy", "baseurl",     "mirrorlist", "metalink", "uris"};
    const Json properties = part.value("properties", Json::object());
    for (const auto& [name, property] : properties.items()) {
      if (names.contains(name) && property.is_object()) look_at(property, at + "." + name);
    }
    for (const auto& [name, one] : part.items()) walk(one, at);
  }

  const Json& document_;
};

TEST(BuiltinSchemas, WhateverIsAPortHasItsBounds) {
  std::vector<std::string> names = {"project", "inventory"};
  for (const std::string& kind : kinds().names()) names.push_back("resources/" + kind);
  for (const std::string& name : names) {
    for (const std::string& problem : PortsWithoutBounds(schema_of(name)).found) ADD_FAILURE() << name << problem;
  }
}

TEST(BuiltinSchemas, NameTheKindsThatCanBeConfirmed) {
  std::string names;
  for (const Kind& kind : kinds().all()) {
    if (kind.confirmable) names += (names.empty() ? "" : ", ") + kind.name;
  }
  const Json& confirm = builtin_schema("project")["definitions"]["resource"]["properties"]["confirm_within"];
  EXPECT_NE(confirm["description"].get<std::string>().find("Only for these kinds: " + names + "."), std::string::npos)
      << confirm["description"] << names;
}

TEST(BuiltinSchemas, KindsAreWhole) {
  const Json& shared = builtin_schema("project")["definitions"]["resource"]["properties"];
  // What a kind has of its own in their place has the last word over what stands around the resource.
  const std::set<std::string> replaceable = {"env", "timeout"};
  for (const std::string& kind : kinds().names()) {
    const Json& schema = schema_of("resources/" + kind);
    const std::string identity = schema.value("x-identity", "");
    EXPECT_TRUE(schema["properties"].contains(identity)) << kind;
    EXPECT_EQ(schema.value("title", ""), kind);
    EXPECT_EQ(schema["additionalProperties"], false) << kind;
    EXPECT_NE(std::find(schema["required"].begin(), schema["required"].end(), Json(identity)), schema["required"].end())
        << kind;
    for (const auto& [name, part] : schema["properties"].items()) {
      EXPECT_TRUE(!shared.contains(name) || replaceable.contains(name)) << kind << " declares the shared key " << name;
      EXPECT_TRUE(name == identity || name != kind) << kind << ": a key of the kind's own name cannot be written";
      EXPECT_FALSE(part.value("description", "").empty()) << kind << "." << name << " has no description";
      if (part.contains("x-content-of")) {
        EXPECT_TRUE(schema["properties"].contains(part["x-content-of"].get<std::string>())) << kind << "." << name;
      }
    }
  }
}

TEST(Schemas, OurValidatorJudgesRight) {
  for (const Judged& one : all_judged()) {
    const auto node = tree(one);
    if (!node) continue;
    const Json& root = schema_of(one.schema);
    ValidateOptions options;
    options.root = &root;
    Diagnostics diagnostics;
    const auto value =
        validate(*node, root.at(Json::json_pointer(one.pointer)), "the document", node->span, options, diagnostics);
    EXPECT_EQ(value.has_value(), one.good)
        << one.name << ": " << (diagnostics.empty() ? "" : diagnostics.items()[0].summary);
    EXPECT_EQ(value.has_value(), !diagnostics.has_errors()) << one.name;
  }
}

TEST(SchemasNetwork, AjvJudgesRight) {
  if (const std::string why = testing::why_npm_lacks("ajv@8"); !why.empty()) GTEST_SKIP() << why;
  std::vector<Judged> all;
  Json cases = Json::array();
  for (Judged& one : all_judged()) {
    const auto node = tree(one);
    if (!node) continue;
    cases.push_back({{"schema", one.schema}, {"pointer", one.pointer}, {"value", untyped(*node)}});
    all.push_back(std::move(one));
  }
  const std::string source = PLUMB_SOURCE_DIR;
  const testing::ScratchFolder scratch;
  const std::string file = scratch.path() / "cases.json";
  ASSERT_TRUE(write_file(file, canonical(cases)));
  const auto judge =
      run_program({"node", source + "/testdata/config/ajv.js", testing::npm_folder(), source + "/schemas", file}, ".",
                  Code::kInternal);
  ASSERT_TRUE(judge) << judge.error().summary();
  ASSERT_EQ(judge->exit_code, 0) << judge->errors;
  std::istringstream verdicts(judge->text);
  std::string verdict;
  for (const Judged& one : all) {
    ASSERT_TRUE(std::getline(verdicts, verdict)) << one.name;
    EXPECT_EQ(verdict == "true", one.good) << one.name;
  }
}

}  // namespace
}  // namespace plumb::config
