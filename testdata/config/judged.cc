#include "testdata/config/judged.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "engine/config/schema.h"
#include "engine/testing/case_file.h"
#include "providers/sdk/builtin.h"

namespace plumb::config {
namespace {

std::vector<Judged> documents() {
  const std::filesystem::path folder = std::string(PLUMB_SOURCE_DIR) + "/testdata/config/schemas";
  std::vector<Judged> all;
  for (const std::filesystem::path& path : testing::find_cases(folder)) {
    const std::string stem = path.stem().string();
    const bool of_kind = !has_schema(stem);
    if (of_kind && kinds().find(stem) == nullptr) {
      ADD_FAILURE() << path << " is about nothing that there is";
      continue;
    }
    const std::string schema = of_kind ? "resources/" + stem : stem;
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
  for (const std::string& kind : kinds().names()) names.push_back("resources/" + kind);
  for (const std::string& name : names) add_examples(schema_of(name), name, "", all);
  return all;
}

const Registry& kinds() {
  static const Registry all = described_builtin_kinds();
  return all;
}

const Json& schema_of(const std::string& name) {
  constexpr std::string_view kFolder = "resources/";
  if (!name.starts_with(kFolder)) return builtin_schema(name);
  return kinds().find(name.substr(kFolder.size()))->schema.json();
}

std::optional<lang::Node> tree(const Judged& one) {
  Diagnostics diagnostics;
  auto node = lang::read_yaml("t.yaml", one.text, diagnostics);
  EXPECT_TRUE(node) << one.name << ": " << (diagnostics.empty() ? "" : diagnostics.items()[0].summary);
  return node;
}

}  // namespace plumb::config
