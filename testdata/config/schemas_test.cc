// Our validator and a stock one (npm's ajv) judge every example and counter-example alike.
//
// schemas/NAME.txt holds documents for the schema NAME or resources/NAME, in sections "good …" and "bad …", written so
// that YAML's own types are the right ones. To them come the examples inside the schemas.
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/testing/case_file.h"

namespace plumb::config {
namespace {

struct Judged {
  std::string schema;
  std::string pointer;  // into the schema; empty for the whole
  std::string name;
  std::string text;
  bool good = false;
};

std::vector<Judged> documents() {
  const std::filesystem::path folder = std::string(PLUMB_SOURCE_DIR) + "/testdata/config/schemas";
  std::vector<Judged> all;
  for (const std::filesystem::path& path : testing::find_cases(folder)) {
    const std::string stem = path.stem().string();
    const std::string schema = has_schema(stem) ? stem : "resources/" + stem;
    EXPECT_TRUE(has_schema(schema)) << path;
    auto file = testing::CaseFile::read(path);
    if (!file) {
      ADD_FAILURE() << file.error().summary();
      continue;
    }
    for (const std::string& section : file->sections()) {
      const bool good = section.starts_with("good ");
      EXPECT_TRUE(good || section.starts_with("bad ")) << path << ": " << section;
      all.push_back({schema, "", stem + ": " + section, file->text(section), good});
    }
  }
  return all;
}

void add_examples(const Json& schema, const std::string& name, const std::string& pointer, std::vector<Judged>& all) {
  if (!schema.is_object()) return;
  if (schema.contains("examples")) {
    for (const Json& example : schema["examples"]) {
      all.push_back({name, pointer, name + pointer + ": example " + canonical(example), canonical(example), true});
    }
  }
  for (const char* maps : {"properties", "definitions"}) {
    if (!schema.contains(maps)) continue;
    for (const auto& [key, part] : schema[maps].items()) {
      add_examples(part, name, pointer + "/" + maps + "/" + key, all);
    }
  }
}

std::vector<Judged> everything() {
  std::vector<Judged> all = documents();
  std::vector<std::string> names = {"project", "inventory"};
  for (const std::string& kind : resource_kinds()) names.push_back("resources/" + kind);
  for (const std::string& name : names) add_examples(builtin_schema(name), name, "", all);
  return all;
}

std::optional<lang::Node> tree(const Judged& one) {
  Diagnostics diagnostics;
  auto node = lang::read_yaml("t.yaml", one.text, diagnostics);
  EXPECT_TRUE(node) << one.name << ": " << (diagnostics.empty() ? "" : diagnostics.items()[0].summary);
  return node;
}

TEST(Schemas, OurValidatorJudgesRight) {
  for (const Judged& one : everything()) {
    const auto node = tree(one);
    if (!node) continue;
    const Json& root = builtin_schema(one.schema);
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
  const std::string folder = std::string(PLUMB_BIN_DIR) + "/../ajv";
  std::filesystem::create_directories(folder);
  if (std::system("command -v node npm >/dev/null 2>&1") != 0) GTEST_SKIP() << "node and npm are not there";
  if (!std::filesystem::exists(folder + "/node_modules/ajv")) {
    const std::string install =
        "npm install --no-audit --no-fund --silent --prefix '" + folder + "' ajv@8 >/dev/null 2>&1";
    if (std::system(install.c_str()) != 0) GTEST_SKIP() << "npm could not install ajv";
  }
  std::vector<Judged> all;
  Json cases = Json::array();
  for (Judged& one : everything()) {
    const auto node = tree(one);
    if (!node) continue;
    cases.push_back({{"schema", one.schema}, {"pointer", one.pointer}, {"value", untyped(*node)}});
    all.push_back(std::move(one));
  }
  const std::string source = PLUMB_SOURCE_DIR;
  ASSERT_TRUE(write_file(folder + "/cases.json", canonical(cases)));
  const std::string judge = "node '" + source + "/testdata/config/ajv.js' '" + folder + "' '" + source + "/schemas' '" +
                            folder + "/cases.json' > '" + folder + "/verdicts.txt'";
  ASSERT_EQ(std::system(judge.c_str()), 0);
  std::ifstream verdicts(folder + "/verdicts.txt");
  std::string verdict;
  for (const Judged& one : all) {
    ASSERT_TRUE(std::getline(verdicts, verdict)) << one.name;
    EXPECT_EQ(verdict == "true", one.good) << one.name;
  }
}

}  // namespace
}  // namespace plumb::config
