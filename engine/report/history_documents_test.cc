// The history beside its own texts: two runs compared, rows for spreadsheets, pages for a browser.
#include <gtest/gtest.h>

#include "engine/report/history_comparison.h"
#include "engine/report/history_csv.h"
#include "engine/report/history_html.h"

namespace plumb::report {
namespace {

history::ActionRecord an_action(std::string host, std::string address, ActionOutcome outcome, std::string code = "") {
  history::ActionRecord record;
  record.host = std::move(host);
  record.action.address = std::move(address);
  record.action.op = "update";
  record.action.outcome = outcome;
  record.action.code = std::move(code);
  record.action.milliseconds = 3;
  record.action.at = "2026-03-01T12:00:01.000Z";
  return record;
}

history::RunRecord a_run(std::string id, RunOutcome outcome) {
  history::RunRecord run;
  run.summary.id = std::move(id);
  run.summary.plan = "sha256:1";
  run.summary.started_at = "2026-03-01T12:00:00.000Z";
  run.summary.operator_name = "ana@desk";
  run.summary.outcome = outcome;
  return run;
}

history::HostEntry a_host(std::string name, HostState state, std::string code = "") {
  history::HostEntry host;
  host.name = std::move(name);
  host.state = state;
  host.code = std::move(code);
  return host;
}

struct TwoRuns {
  history::RunRecord before = a_run("r1", RunOutcome::kFailed);
  history::RunRecord after = a_run("r2", RunOutcome::kOk);

  TwoRuns() {
    before.hosts = {a_host("db1", HostState::kOk), a_host("web1", HostState::kFailed, "PL4101")};
    before.actions = {an_action("db1", "file:/a", ActionOutcome::kChanged),
                      an_action("web1", "file:/a", ActionOutcome::kFailed, "PL4101"),
                      an_action("web1", "file:/b", ActionOutcome::kSkipped)};
    after.hosts = {a_host("db1", HostState::kOk), a_host("web1", HostState::kOk), a_host("web2", HostState::kOk)};
    after.actions = {an_action("db1", "file:/a", ActionOutcome::kChanged),
                     an_action("web1", "file:/a", ActionOutcome::kChanged)};
  }
};

TEST(HistoryComparison, NamesWhatCameOutOtherwise) {
  const TwoRuns runs;
  EXPECT_EQ(comparison_text(runs.before, runs.after, false),
            "r1  2026-03-01T12:00:00Z  failed  ana@desk\n"
            "r2  2026-03-01T12:00:00Z  ok  ana@desk\n"
            "  of one plan\n"
            "\n"
            "web1  failed (PL4101) → ok\n"
            "  update file:/a: failed (PL4101) → changed\n"
            "  update file:/b: skipped → -\n"
            "\n"
            "web2  - → ok\n"
            "\n"
            "The same in both: 1 host\n");
}

TEST(HistoryComparison, IsTheSameForPrograms) {
  const TwoRuns runs;
  const Json json = comparison_json(runs.before, runs.after);
  EXPECT_EQ(json["equal_hosts"], 1);
  EXPECT_EQ(json["hosts"].size(), 2U);
  EXPECT_EQ(json["hosts"]["web1"]["actions"]["file:/b"]["after"], nullptr);
  EXPECT_EQ(json["hosts"]["web2"]["before"], nullptr);
}

TEST(HistoryCsv, HasARowAnAction) {
  const TwoRuns runs;
  EXPECT_EQ(
      csv_rows(runs.after),
      "r2,2026-03-01T12:00:00.000Z,ana@desk,ok,sha256:1,db1,ok,file:/a,update,changed,,3,2026-03-01T12:00:01.000Z\r\n"
      "r2,2026-03-01T12:00:00.000Z,ana@desk,ok,sha256:1,web1,ok,file:/a,update,changed,,3,2026-03-01T12:00:01.000Z\r\n"
      "r2,2026-03-01T12:00:00.000Z,ana@desk,ok,sha256:1,web2,ok,,,,,,\r\n");
}

TEST(HistoryCsv, QuotesWhatIsMoreThanAWord) {
  history::RunRecord run = a_run("r1", RunOutcome::kOk);
  run.hosts = {a_host("=cmd()", HostState::kOk)};
  run.actions = {an_action("=cmd()", "file:/a \"b\", c", ActionOutcome::kChanged)};
  const std::string rows = csv_rows(run);
  EXPECT_NE(rows.find(",\"'=cmd()\","), std::string::npos) << rows;
  EXPECT_NE(rows.find(",\"file:/a \"\"b\"\", c\","), std::string::npos) << rows;
}

TEST(HistoryHtml, TellsEachActionAndWhatHostsSayIsText) {
  TwoRuns runs;
  runs.before.actions[1].action.text = "<script>alert(1)</script>\x1b[31m";
  const std::string page = run_record_html(runs.before);
  EXPECT_NE(page.find("<h1>Run r1</h1>"), std::string::npos);
  EXPECT_NE(page.find("update file:/a"), std::string::npos);
  EXPECT_NE(page.find("PL4101: &lt;script&gt;"), std::string::npos) << page;
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
}

TEST(HistoryHtml, ListsRuns) {
  const TwoRuns runs;
  const std::string page = runs_html({runs.after.summary, runs.before.summary});
  EXPECT_LT(page.find("<td>r2</td>"), page.find("<td>r1</td>"));
  EXPECT_NE(runs_html({}).find("No runs yet."), std::string::npos);
}

}  // namespace
}  // namespace plumb::report
