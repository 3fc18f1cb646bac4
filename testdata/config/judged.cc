#include "testdata/config/judged.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "engine/config/schema.h"
#include "engine/testing/case_file.h"

namespace plumb::config {
namespace {

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

}  // namespace

std::vector<Judged> all_judged() {
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

}  // namespace plumb::config
