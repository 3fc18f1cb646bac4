// Each file below cases/ is something of Ansible's, and what becomes of it.
#include "engine/import/import.h"

#include <gtest/gtest.h>

#include "engine/history/sqlite_history.h"
#include "engine/report/diagnostics.h"
#include "engine/run/offline.h"
#include "engine/run/workspace.h"
#include "engine/testing/case_file.h"
#include "engine/testing/scratch_folder.h"
#include "providers/sdk/builtin.h"

namespace plumb::imports {
namespace {

const std::filesystem::path kCases = std::string(PLUMB_SOURCE_DIR) + "/testdata/import/cases";

Diagnostics check(const Folder& folder, const Registry& kinds) {
  run::WorkspaceRequest request;
  request.folder = folder;
  request.needs_key = false;
  Diagnostics found;
  lang::SourceMap sources;
  const history::SqliteHistory nothing("/nonexistent/history.db");
  const auto loaded = run::Workspace::load(request, kinds, nothing, found, sources);
  if (loaded == nullptr || found.has_errors() || !loaded->find_key()) return found;
  found.extend(run::validate_offline(loaded->compiler_input(), loaded->hosts(), 1));
  return found;
}

class ImportCase : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(ImportCase, BecomesAProjectThatIsValid) {
  auto file = testing::CaseFile::read(GetParam());
  ASSERT_TRUE(file) << file.error().summary();
  const testing::ScratchFolder scratch;
  const Result<> written = file->write_inputs(scratch.path());
  ASSERT_TRUE(written) << written.error().summary();
  const Registry kinds = described_builtin_kinds();
  const bool one_file = std::filesystem::exists(scratch.path() / "site/only.yml");
  const Result<Imported> imported =
      import_ansible({.folder = Folder(scratch.path()),
                      .path = one_file ? "site/only.yml" : "site",
                      .check = [&](const Folder& folder) { return check(folder, kinds); }});
  ASSERT_TRUE(imported) << imported.error().summary();
  const lang::SourceMap sources;
  EXPECT_FALSE(imported->left.has_errors()) << report::render(imported->left.sorted(), sources, false);
  for (const auto& [name, text] : imported->files) {
    if (file->has("want " + name)) file->expect(name, text);
  }
  file->expect("report", report_text(imported->report));
  const testing::CaseFile::Outcome outcome = file->finish();
  if (outcome.rewritten) GTEST_SKIP() << "rewritten";
  EXPECT_EQ(outcome.problem, "");
}

INSTANTIATE_TEST_SUITE_P(All, ImportCase, ::testing::ValuesIn(testing::find_cases(kCases)),
                         [](const auto& one) { return testing::case_name(kCases, one.param); });

TEST(Import, TellsWhereThereIsNothingOfAnsibles) {
  const testing::ScratchFolder scratch;
  const Result<Imported> imported = import_ansible({.folder = Folder(scratch.path()), .path = ".", .check = {}});
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().code(), Code::kUsage);
}

TEST(Import, TheReportInHtmlHoldsNoMarkupOfTheTasks) {
  Report report;
  report.source = "a<b";
  report.tasks.push_back({.file = "tasks/main.yml",
                          .line = 3,
                          .name = "<script>alert(1)</script>",
                          .module = "apt",
                          .outcome = Outcome::kByHand,
                          .is_resource = true,
                          .notes = {"\"&\""},
                          .effort = 2});
  const std::string html = report_html(report);
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos);
  EXPECT_NE(html.find("&quot;&amp;&quot;"), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos);
}

}  // namespace
}  // namespace plumb::imports
