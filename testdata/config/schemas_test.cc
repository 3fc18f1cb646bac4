// Our validator and a stock one (npm's ajv) judge every example and counter-example alike.
#include <sstream>

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/testing/case_file.h"
#include "engine/testing/scratch_folder.h"
#include "testdata/config/judged.h"
#include "testdata/tools/npm.h"

namespace plumb::config {
namespace {

TEST(Schemas, OurValidatorJudgesRight) {
  for (const Judged& one : all_judged()) {
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
