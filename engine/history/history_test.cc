#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engine/history/sqlite_history.h"
#include "engine/history/test_support.h"

namespace plumb::history {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(HistoryTest, makes_a_private_folder_and_file) {
  const mode_t before = ::umask(0);
  open();
  ::umask(before);
  struct stat info {};
  ASSERT_EQ(::stat(file_.parent_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700U);
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600U);
}

TEST_F(HistoryTest, keeps_a_finished_run_as_it_was_told) {
  SqliteHistory history = open();
  const RunStart start = a_run("r1");
  const std::unique_ptr<RunWriter> writer = must(history.begin(start));
  ActionEntry failed = an_action(1, ActionOutcome::kFailed);
  failed.text = "exit code 1";
  failed.code = "PL4102";
  must(writer->action("web1", an_action(0, ActionOutcome::kStarted)));
  must(writer->action("web1", an_action(0, ActionOutcome::kChanged)));
  must(writer->action("web1", failed));
  const HostEntry host{"web1", HostState::kFailed, 1, 0, 1, 0, 40, "PL4102", "exit code 1"};
  must(writer->host(host));
  must(writer->finish(ended(RunOutcome::kFailed)));

  const RunRecord record = must(must(SqliteHistory::open_read_only(file_)).run("r1"));
  EXPECT_EQ(record.summary, (RunSummary{"r1", "apply", "web", start.plan, "ada@desk", start.started_at, "all", "0.1.0",
                                        RunOutcome::kFailed, "2026-03-01T12:00:09.000Z", 1, 1, 1, 0, 1, 0}));
  EXPECT_THAT(record.hosts, ElementsAre(host));
  EXPECT_THAT(record.actions,
              ElementsAre(ActionRecord{"web1", an_action(0, ActionOutcome::kChanged)}, ActionRecord{"web1", failed}));
  EXPECT_THAT(record.late, IsEmpty());
}

TEST_F(HistoryTest, shows_a_run_that_did_not_end_as_unfinished) {
  SqliteHistory history = open();
  const std::unique_ptr<RunWriter> writer = must(history.begin(a_run("r1")));
  must(writer->action("web1", an_action(0, ActionOutcome::kChanged)));
  must(writer->action("web1", an_action(1, ActionOutcome::kStarted)));
  must(writer->host({"web2", HostState::kOk, 0, 4, 0, 0, 9, "", ""}));  // takes the waiting event along

  const RunRecord record = must(history.run("last"));
  EXPECT_EQ(record.summary.outcome, std::nullopt);
  EXPECT_EQ(record.summary.finished_at, "");
  ASSERT_EQ(record.hosts.size(), 2U);
  EXPECT_EQ(record.hosts[0], (HostEntry{"web1", std::nullopt, 1, 0, 0, 0, 6, "", ""}));
  EXPECT_EQ(record.hosts[1].state, HostState::kOk);
  EXPECT_EQ(record.actions[1].action.outcome, ActionOutcome::kStarted);
  EXPECT_EQ(record.summary.hosts, 2);
  EXPECT_EQ(record.summary.changed, 1);
  EXPECT_EQ(record.summary.satisfied, 4);
  EXPECT_EQ(must(history.runs(1)).front(), record.summary);
  EXPECT_EQ(must(history.verify()).unfinished, 1);
}

TEST_F(HistoryTest, an_action_in_hand_shows_soon) {
  const std::unique_ptr<RunWriter> writer = must(open().begin(a_run("r1")));
  must(writer->action("web1", an_action(0, ActionOutcome::kStarted)));
  const SqliteHistory reader = must(SqliteHistory::open_read_only(file_));
  for (int i = 0; i < 10000 && must(reader.run("r1")).actions.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(must(reader.run("r1")).actions.size(), 1U);
}

TEST_F(HistoryTest, a_writer_outlives_its_history_and_ends_once) {
  std::unique_ptr<RunWriter> writer;
  {
    SqliteHistory history = open();
    writer = must(history.begin(a_run("r1")));
  }
  must(writer->finish(ended()));
  EXPECT_FALSE(writer->action("web1", an_action(0, ActionOutcome::kChanged)).has_value());
  EXPECT_FALSE(writer->finish(ended()).has_value());
  EXPECT_EQ(must(open().run("r1")).actions.size(), 0U);
}

TEST_F(HistoryTest, lists_runs_newest_first_and_by_host) {
  SqliteHistory history = open();
  for (const char* id : {"a1", "b2", "c3"}) write_run(history, id);
  const std::unique_ptr<RunWriter> other = must(history.begin(a_run("d4")));
  must(other->action("db1", an_action(0, ActionOutcome::kChanged)));

  EXPECT_THAT(ids(must(history.runs(10))), ElementsAre("d4", "c3", "b2", "a1"));
  EXPECT_THAT(ids(must(history.runs(2))), ElementsAre("d4", "c3"));
  EXPECT_THAT(ids(must(history.runs(2, "web1"))), ElementsAre("c3", "b2"));
  EXPECT_THAT(ids(must(history.runs(9, "db1"))), ElementsAre("d4"));
  EXPECT_THAT(ids(must(history.runs(9, "db2"))), IsEmpty());
}

TEST_F(HistoryTest, finds_a_run_by_id_prefix_or_last) {
  SqliteHistory history = open();
  EXPECT_EQ(history.run("last").error().code(), Code::kNoSuchRun);
  for (const char* id : {"abc1", "abd2", "abd", "xyz"}) write_run(history, id);
  EXPECT_EQ(must(history.run("abc")).summary.id, "abc1");
  EXPECT_EQ(must(history.run("abd")).summary.id, "abd");
  EXPECT_EQ(must(history.run("last")).summary.id, "xyz");
  EXPECT_EQ(history.run("ab").error().code(), Code::kNoSuchRun);
  EXPECT_THAT(history.run("ab").error().diagnostic().hint, HasSubstr("abd, abd2, abc1"));
  EXPECT_THAT(why(history.run("zz")), HasSubstr("`zz`"));
  EXPECT_FALSE(history.run("").has_value());
  EXPECT_FALSE(history.run("%").has_value());
}

TEST_F(HistoryTest, refuses_a_run_id_twice) {
  SqliteHistory history = open();
  write_run(history, "r1");
  EXPECT_FALSE(history.begin(a_run("r1")).has_value());
  write_run(history, "r2");
}

TEST_F(HistoryTest, stores_a_plan_once) {
  SqliteHistory history = open();
  const RunStart start = a_run("r1");
  write_run(history, "r1");
  write_run(history, "r2");
  EXPECT_EQ(must(history.plan_bytes(start.plan)), kPlanOfARun);
  EXPECT_EQ(must(history.plan_bytes("sha256:none")), std::nullopt);
}

TEST_F(HistoryTest, late_reports_amend_a_run_without_changing_it) {
  SqliteHistory history = open();
  std::unique_ptr<RunWriter> killed = must(history.begin(a_run("r1")));
  must(killed->action("web1", an_action(0, ActionOutcome::kStarted)));
  killed.reset();
  write_run(history, "r2");
  const LateReport report{"r1", a_run("r1").plan,          "web1", "file:/srv/0", JournalOutcome::kChanged,
                          "",   "2026-03-02T08:00:00.000Z"};
  must(history.report_late(report));
  must(history.report_late(report));

  const RunRecord record = must(history.run("r1"));
  EXPECT_THAT(record.late, ElementsAre(report));
  EXPECT_EQ(record.actions[0].action.outcome, ActionOutcome::kStarted);
  EXPECT_EQ(record.summary.hosts, 1);
  EXPECT_EQ(record.summary.changed, 1) << "what the host told twice counts once";
  EXPECT_EQ(must(history.verify()).entries, 2);
  EXPECT_FALSE(must(history.verify()).broken.has_value());
}

TEST_F(HistoryTest, a_late_report_about_an_unknown_run_is_a_foreign_run) {
  SqliteHistory history = open();
  write_run(history, "r1");
  const LateReport report{
      "other", "sha256:p", "web1", "service:nginx", JournalOutcome::kFailed, "it ended", "2026-03-02T08:00:00.000Z"};
  must(history.report_late(report));

  EXPECT_EQ(must(history.run("last")).summary.id, "r1");
  const RunRecord record = must(history.run("other"));
  EXPECT_EQ(record.summary.kind, "foreign");
  EXPECT_EQ(record.summary.outcome, std::nullopt);
  EXPECT_EQ(record.summary.plan, "sha256:p");
  EXPECT_THAT(record.late, ElementsAre(report));
  EXPECT_THAT(ids(must(history.runs(9, "web1"))), ElementsAre("other", "r1"));
  EXPECT_EQ(must(history.verify()).unfinished, 0);
}

TEST_F(HistoryTest, keeps_the_last_facts_of_a_host) {
  SqliteHistory history = open();
  must(history.store_facts({{"web1", {{"os", "debian"}}}, {"web2", {{"os", "debian"}}}}, "2026-03-01T12:00:00.000Z"));
  must(history.store_facts({{"web1", {{"os", "redhat"}}}, {"web2", {{"os", "debian"}}}}, "2026-03-01T12:00:59.000Z"));
  const std::map<std::string, StoredFacts> facts = must(history.facts());
  ASSERT_EQ(facts.size(), 2U);
  EXPECT_EQ(facts.at("web1").facts, Json({{"os", "redhat"}}));
  EXPECT_EQ(facts.at("web1").at, "2026-03-01T12:00:59.000Z");
  EXPECT_EQ(facts.at("web2").at, "2026-03-01T12:00:00.000Z") << "the same was told within the minute";
  must(history.store_facts({{"web2", {{"os", "debian"}}}}, "2026-03-01T12:01:00.000Z"));
  EXPECT_EQ(must(history.facts()).at("web2").at, "2026-03-01T12:01:00.000Z");
}

TEST_F(HistoryTest, text_that_is_not_utf8_is_made_so) {
  SqliteHistory history = open();
  const std::unique_ptr<RunWriter> writer = must(history.begin(a_run("r1")));
  ActionEntry action = an_action(0, ActionOutcome::kFailed);
  action.text = std::string("a\0b\xff", 4);
  must(writer->action("web1", action));
  must(writer->finish(ended()));
  EXPECT_EQ(must(history.run("r1")).actions[0].action.text, std::string("a\0b\xef\xbf\xbd", 6));
  EXPECT_FALSE(must(history.verify()).broken.has_value());
}

}  // namespace
}  // namespace plumb::history
