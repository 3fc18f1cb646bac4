// Each file below runs/ is how a run ended on the hosts of a plan, or what the history holds, and the text that people
// read of it. ended.h and planned.h say what a case holds.
#include <gtest/gtest.h>

#include "engine/report/history_text.h"
#include "engine/report/run_text.h"
#include "testdata/plans/ended.h"
#include "testdata/plans/planned.h"
#include "testdata/plans/readable_json.h"

namespace plumb {
namespace {

const std::filesystem::path kRuns = std::string(PLUMB_SOURCE_DIR) + "/testdata/plans/runs";

void tell_end(testing::CaseFile& file) {
  const Json ended = *parse_json(file.text("ended"), Code::kUsage);
  const Result<testing::Planned> planned = testing::plan_case(file);
  ASSERT_TRUE(planned) << planned.error().summary();
  ASSERT_EQ(planned->said, "");
  const run::HostResults hosts = testing::hosts_of(ended);
  const std::string run = ended.at("run").get<std::string>();
  const std::string next = report::way_on(hosts, planned->plan, "plumb apply --resume " + run);
  file.expect("text", report::run_summary(hosts, planned->plan, run, next, false));
  file.expect("json", testing::readable(report::run_json(hosts, run, "sha256:0")));
}

void tell_history(testing::CaseFile& file) {
  const Json runs = *parse_json(file.text("history"), Code::kUsage);
  std::vector<history::RunSummary> summaries;
  std::string texts;
  for (const Json& run : runs) {
    const history::RunRecord record = testing::record_of(run);
    summaries.push_back(record.summary);
    texts += report::run_record_text(record, false) + "\n";
  }
  file.expect("list", report::runs_text(summaries, false));
  file.expect("text", texts);
  if (summaries.size() == 1)
    file.expect("json", testing::readable(report::run_record_json(testing::record_of(runs[0]))));
}

class RunCase : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(RunCase, IsToldAsWanted) {
  auto file = testing::CaseFile::read(GetParam());
  ASSERT_TRUE(file) << file.error().summary();
  file->has("history") ? tell_history(*file) : tell_end(*file);
  const auto outcome = file->finish();
  EXPECT_TRUE(outcome.problem.empty()) << outcome.problem;
  if (outcome.rewritten) GTEST_SKIP() << "rewritten";
}

INSTANTIATE_TEST_SUITE_P(Cases, RunCase, ::testing::ValuesIn(testing::find_cases(kRuns)),
                         [](const auto& test) { return testing::case_name(kRuns, test.param); });

}  // namespace
}  // namespace plumb
