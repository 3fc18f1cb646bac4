// Each file below cases/ is a project with what its hosts told, and the plan that comes of it: its bytes, and the text
// that people read. planned.h says what a case holds.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/report/plan_text.h"
#include "testdata/plans/coverage.h"
#include "testdata/plans/planned.h"
#include "testdata/plans/readable_json.h"

namespace plumb {
namespace {

const std::filesystem::path kFolder = std::string(PLUMB_SOURCE_DIR) + "/testdata/plans";
const std::filesystem::path kCases = kFolder / "cases";

class PlanCase : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(PlanCase, GivesTheWantedPlan) {
  auto file = testing::CaseFile::read(GetParam());
  ASSERT_TRUE(file) << file.error().summary();
  const bool full = file->has("want full");
  const Result<testing::Planned> planned = testing::plan_case(*file);
  ASSERT_TRUE(planned) << planned.error().summary();

  file->expect("diagnostics", planned->said);
  if (!planned->artifact.bytes.empty()) {
    const plan::Plan& plan = planned->plan;
    // The text is for reading; the id is that of the bytes.
    const Result<Json> json = parse_json(planned->artifact.bytes, Code::kPlanUnreadable);
    ASSERT_TRUE(json) << json.error().summary();
    ASSERT_EQ(canonical(*json), planned->artifact.bytes);
    file->expect("id", planned->artifact.id + "\n");
    file->expect("plan.json", testing::readable(*json));
    const report::PlanTextOptions options{.kinds = &testing::kinds()};
    file->expect("text", report::plan_text(plan, options) + report::plan_summary(plan, options));
    if (full) file->expect("full", report::plan_text(plan, {.full = true, .kinds = &testing::kinds()}));
    if (file->has("want question")) file->expect("question", report::apply_question(plan) + "\n");
    const Result<plan::Plan> back = plan::read_artifact(planned->artifact.bytes, testing::kinds());
    ASSERT_TRUE(back) << back.error().summary();
    EXPECT_EQ(plan::write_artifact(*back).id, planned->artifact.id);
  }

  const auto outcome = file->finish();
  EXPECT_TRUE(outcome.problem.empty()) << outcome.problem;
  if (outcome.rewritten) GTEST_SKIP() << "rewritten";
}

INSTANTIATE_TEST_SUITE_P(Cases, PlanCase, ::testing::ValuesIn(testing::find_cases(kCases)),
                         [](const auto& test) { return testing::case_name(kCases, test.param); });

TEST(Plans, CoverEveryOpReasonAndFidelity) {
  std::map<std::string, testing::Coverage> cases;
  for (const std::filesystem::path& path : testing::find_cases(kCases)) {
    auto file = testing::CaseFile::read(path);
    ASSERT_TRUE(file) << file.error().summary();
    const Result<testing::Planned> planned = testing::plan_case(*file);
    ASSERT_TRUE(planned) << planned.error().summary();
    cases[testing::case_name(kCases, path)] = testing::coverage_of(planned->plan);
  }
  EXPECT_THAT(testing::uncovered(cases), ::testing::IsEmpty());

  const std::string table = testing::coverage_table(cases);
  std::printf("%s", table.c_str());
  const std::filesystem::path kept = kFolder / "COVERAGE.md";
  if (const char* golden = std::getenv("PLUMB_GOLDEN"); golden != nullptr && std::string_view(golden) == "rewrite") {
    ASSERT_TRUE(write_file(kept, table));
    GTEST_SKIP() << "rewritten";
  }
  std::ifstream in(kept, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), table) << "run `make golden`";
}

}  // namespace
}  // namespace plumb
