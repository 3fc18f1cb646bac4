#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/history/sqlite.h"
#include "engine/history/sqlite_history.h"
#include "engine/history/test_support.h"

namespace plumb::history {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Does behind the history's back what somebody with an editor could.
void tamper(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &handle), SQLITE_OK);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_close(handle);
}

std::int64_t schema_version(const std::filesystem::path& file) {
  Database database = must(Database::open(file, Database::Mode::kRead));
  return must(database.number("PRAGMA user_version"));
}

std::vector<std::string> ids(const std::vector<RunSummary>& runs) {
  std::vector<std::string> names;
  for (const RunSummary& run : runs) names.push_back(run.id);
  return names;
}

// Root may write anywhere.
class AsNobody {
 public:
  AsNobody() : was_root_(::geteuid() == 0) {
    if (!was_root_) return;
    EXPECT_EQ(::seteuid(65534), 0);
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() {
    if (!was_root_) return;
    EXPECT_EQ(::seteuid(0), 0);
  }

 private:
  bool was_root_;
};

class HistoryTest : public ::testing::Test {
 protected:
  SqliteHistory open() { return must(SqliteHistory::open(file_)); }

  ScratchFolder folder_;
  std::filesystem::path file_ = folder_.path() / ".plumb" / "history.db";
};

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
  must(history.store_facts({{"web1", {{"os", "debian"}}}, {"web2", {{"os", "debian"}}}}, "t1"));
  must(history.store_facts({{"web1", {{"os", "redhat"}}}, {"web2", {{"os", "debian"}}}}, "t2"));
  const std::map<std::string, StoredFacts> facts = must(history.facts());
  ASSERT_EQ(facts.size(), 2U);
  EXPECT_EQ(facts.at("web1").facts, Json({{"os", "redhat"}}));
  EXPECT_EQ(facts.at("web1").at, "t2");
  EXPECT_EQ(facts.at("web2").at, "t1");
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

// --- the chain

TEST_F(HistoryTest, verify_walks_a_sound_chain) {
  SqliteHistory history = open();
  EXPECT_EQ(must(history.verify()).head, "");
  for (const char* id : {"r1", "r2", "r3"}) write_run(history, id);
  const Verification result = must(history.verify());
  EXPECT_EQ(result.entries, 3);
  EXPECT_TRUE(is_digest(result.head));
  EXPECT_FALSE(result.broken.has_value());
}

struct Tampering {
  const char* name;
  const char* sql;
  const char* run;
  const char* reason;
};

class TamperTest : public ::testing::TestWithParam<Tampering> {};

TEST_P(TamperTest, is_found) {
  const ScratchFolder folder;
  const std::filesystem::path file = folder / "history.db";
  {
    SqliteHistory history = must(SqliteHistory::open(file));
    for (const char* id : {"r1", "r2"}) write_run(history, id);
    must(history.report_late({"r1", "", "web1", "file:/srv/9", JournalOutcome::kChanged, "", "t"}));
    RunStart own_plan = a_run("r3");
    own_plan.plan_document = whole("{}");
    own_plan.plan = digest("{}");
    must(must(history.begin(own_plan))->finish(ended()));
    RunStart with_content = a_run("r4");
    const std::string document = "{\"blobs\":{\"" + digest("hey") + "\":\"hey\"}}";
    with_content.plan_document = whole(document);
    with_content.plan = digest(document);
    must(must(history.begin(with_content))->finish(ended()));
  }
  tamper(file, GetParam().sql);
  const Verification result = must(must(SqliteHistory::open_read_only(file)).verify());
  ASSERT_TRUE(result.broken.has_value());
  EXPECT_EQ(result.broken->run, GetParam().run);
  EXPECT_THAT(result.broken->reason, HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    History, TamperTest,
    ::testing::Values(
        Tampering{"an_operator", "UPDATE run SET operator = 'eve@desk' WHERE id = 'r2'", "r2",
                  "its record was changed"},
        Tampering{"an_outcome", "UPDATE action SET outcome = 'satisfied' WHERE run = 1 AND position = 1", "r1",
                  "its record was changed"},
        Tampering{"a_word_that_is_no_outcome", "UPDATE run_host SET state = 'fine' WHERE run = 2", "r2",
                  "its record cannot be read"},
        Tampering{"bytes_that_are_not_text", "UPDATE action SET text = CAST(x'ff80' AS TEXT) WHERE run = 1", "r1",
                  "its record was changed"},
        Tampering{"a_removed_action", "DELETE FROM action WHERE run = 2 AND position = 0", "r2",
                  "its record was changed"},
        Tampering{"a_removed_host", "DELETE FROM run_host WHERE run = 1", "r1", "its record was changed"},
        Tampering{"a_late_report", "UPDATE late_report SET outcome = 'failed'", "r1", "late report"},
        Tampering{"an_added_late_report",
                  "INSERT INTO late_report SELECT 7, run, plan, 'web2', address, outcome, text, at FROM "
                  "late_report",
                  "r1", "late report"},
        Tampering{"a_removed_run",
                  "DELETE FROM chain WHERE run = 1; DELETE FROM action WHERE run = 1; "
                  "DELETE FROM run_host WHERE run = 1",
                  "r2", "taken out"},
        Tampering{"a_link_moved", "UPDATE chain SET previous = '' WHERE number = 2", "r2", "does not follow"},
        Tampering{"an_added_run",
                  "INSERT INTO run SELECT 9, 'r9', kind, project, plan, operator, started_at, hosts_pattern, "
                  "engine, "
                  "outcome, finished_at, exit_code FROM run WHERE number = 1",
                  "r9", "not in the chain"},
        Tampering{"a_plan", "UPDATE plan SET bytes = x'7b7d20', size = 3 WHERE bytes = x'7b7d'", "r3", "its plan"},
        Tampering{"the_size_of_a_plan", "UPDATE plan SET size = 7 WHERE bytes = x'7b7d'", "r3", "its plan"},
        Tampering{"a_content", "UPDATE content SET bytes = CAST('bye' AS BLOB)", "r4", "its plan"},
        Tampering{"the_bytes_of_a_plan_gone", "UPDATE plan SET bytes = NULL WHERE bytes = x'7b7d'", "r3",
                  "its plan was taken out"},
        Tampering{"a_removed_plan", "DELETE FROM plan WHERE bytes = x'7b7d'", "r3", "its plan was taken out"},
        Tampering{"a_removed_content", "DELETE FROM content", "r4", "its plan"}),
    [](const auto& tampering) { return tampering.param.name; });

// --- opening

TEST_F(HistoryTest, a_missing_file_reads_as_empty_and_is_not_made) {
  const SqliteHistory history = must(SqliteHistory::open_read_only(file_));
  EXPECT_THAT(must(history.runs(9)), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(file_.parent_path()));
}

TEST_F(HistoryTest, is_read_where_nothing_can_be_written) {
  const auto protect = [this](std::filesystem::perms folder, std::filesystem::perms file) {
    std::filesystem::permissions(file_, file);
    std::filesystem::permissions(file_.parent_path(), folder);
  };
  std::filesystem::permissions(folder_.path(), std::filesystem::perms{0755});
  file_ = folder_.path() / ".plumb" / "50%?#.db";
  {
    SqliteHistory history = open();
    write_run(history, "r1");
  }
  protect(std::filesystem::perms{0555}, std::filesystem::perms{0444});
  {
    const AsNobody nobody;
    EXPECT_THAT(ids(must(must(SqliteHistory::open_read_only(file_)).runs(10))), ElementsAre("r1"));
    EXPECT_EQ(why(SqliteHistory::open(file_)), "cannot write " + file_.parent_path().string() + ": Permission denied");
  }
  protect(std::filesystem::perms{0755}, std::filesystem::perms{0644});
  std::ofstream(file_.string() + "-wal") << "what a killed run left";
  protect(std::filesystem::perms{0555}, std::filesystem::perms{0444});
  {
    const AsNobody nobody;
    EXPECT_THAT(why(SqliteHistory::open_read_only(file_)), HasSubstr("stands in its log, which cannot be read"));
  }
  protect(std::filesystem::perms{0755}, std::filesystem::perms{0644});
}

TEST_F(HistoryTest, migrates_an_empty_database) {
  std::filesystem::create_directory(file_.parent_path());
  std::ofstream(file_).flush();  // version 0: what a process killed while making it leaves
  EXPECT_THAT(must(must(SqliteHistory::open_read_only(file_)).runs(9)), IsEmpty());
  SqliteHistory history = open();
  write_run(history, "r1");
  EXPECT_EQ(must(open().runs(9)).size(), 1U);
}

// What version 1 made: a plan's whole document in one column.
TEST_F(HistoryTest, takes_the_plans_of_an_older_history_apart) {
  const std::string content(1000, 'c');
  const std::string document = "{\"blobs\":{\"" + digest(content) + "\":\"" + content + "\"},\"plumb\":\"plan/v1\"}";
  RunStart start = a_run("r1");
  start.plan = digest(document);
  start.plan_document = nullptr;
  must(must(open().begin(start))->finish(ended()));
  tamper(file_,
         "DROP TABLE run_note; DROP TABLE plan_folder; DROP TABLE content; DROP TABLE kept; ALTER TABLE plan DROP "
         "COLUMN size; PRAGMA "
         "user_version = 1;"
         "UPDATE plan SET bytes = CAST('" +
             document + "' AS BLOB)");

  const SqliteHistory migrated = must(SqliteHistory::open_read_only(file_));
  EXPECT_EQ(must(migrated.plan_bytes(start.plan)), document);
  const Verification result = must(migrated.verify());
  EXPECT_EQ(result.entries, 1);
  EXPECT_FALSE(result.broken.has_value()) << result.broken->reason;
}

TEST_F(HistoryTest, knows_where_a_plans_contents_were_last) {
  const std::string document = "{}";
  for (const char* folder : {"/srv/plans/one.contents", "", "/srv/plans/two.contents"}) {
    RunStart start = a_run("r" + std::to_string(must(open().runs(9)).size()));
    start.plan = digest(document);
    start.plan_document = [&](const TakePiece& take) { take(document); };
    start.plan_folder = folder;
    must(must(open().begin(start))->finish(ended()));
  }
  EXPECT_EQ(must(open().plan_folder(digest(document))), "/srv/plans/two.contents");
  EXPECT_EQ(must(open().plan_folder(digest("another"))), "");
  EXPECT_FALSE(must(open().verify()).broken.has_value());
}

TEST_F(HistoryTest, what_stood_behind_a_run_is_sealed_with_it) {
  RunStart start = a_run("r1");
  start.notes = {{"ticket", "CHG-12"}, {"policy baseline", "sha256:0"}};
  must(must(open().begin(start))->finish(ended()));
  EXPECT_EQ(must(open().run("r1")).notes, start.notes);
  EXPECT_FALSE(must(open().verify()).broken.has_value());
  tamper(file_, "UPDATE run_note SET text = 'CHG-13' WHERE name = 'ticket'");
  const Verification changed = must(open().verify());
  ASSERT_TRUE(changed.broken.has_value());
  EXPECT_EQ(changed.broken->run, "r1");
}

// One that may be in a folder that nobody may write, or that an older program goes on writing.
TEST_F(HistoryTest, an_older_history_is_read_as_it_is) {
  const std::string document = "{}";
  RunStart start = a_run("r1");
  start.plan = digest(document);
  start.plan_document = [&](const TakePiece& take) { take(document); };
  must(must(open().begin(start))->finish(ended()));
  tamper(file_, "DROP TABLE run_note; DROP TABLE plan_folder; DROP TABLE kept; PRAGMA user_version = 2");

  {
    const SqliteHistory history = must(SqliteHistory::open_read_only(file_));
    EXPECT_EQ(must(history.runs(9)).size(), 1U);
    EXPECT_EQ(must(history.plan_bytes(start.plan)), document);
    EXPECT_EQ(must(history.plan_folder(start.plan)), "");
  }
  EXPECT_EQ(schema_version(file_), 2);
  // Whoever writes brings it up to date.
  start.id = "r2";
  start.plan_folder = "/srv/plans/one.contents";
  must(must(open().begin(start))->finish(ended()));
  EXPECT_EQ(must(open().plan_folder(start.plan)), "/srv/plans/one.contents");
  EXPECT_FALSE(must(open().verify()).broken.has_value());
}

TEST_F(HistoryTest, refuses_a_newer_schema) {
  open();
  tamper(file_, "PRAGMA user_version = 99");
  for (const auto& opened : {SqliteHistory::open(file_), SqliteHistory::open_read_only(file_)}) {
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code(), Code::kHistory);
    EXPECT_THAT(why(opened), HasSubstr("newer plumb"));
  }
}

TEST_F(HistoryTest, refuses_a_foreign_database_and_leaves_it_alone) {
  std::filesystem::create_directory(file_.parent_path());
  tamper(file_, "CREATE TABLE recipes (name TEXT)");
  const auto size = std::filesystem::file_size(file_);
  const Result<SqliteHistory> opened = SqliteHistory::open(file_);
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(why(opened), HasSubstr("another program's database"));
  EXPECT_EQ(std::filesystem::file_size(file_), size);
}

TEST_F(HistoryTest, refuses_a_file_that_is_no_database) {
  std::filesystem::create_directory(file_.parent_path());
  std::ofstream(file_) << std::string(8192, 'x');
  for (const auto& opened : {SqliteHistory::open(file_), SqliteHistory::open_read_only(file_)}) {
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code(), Code::kHistory);
    EXPECT_THAT(why(opened), HasSubstr("damaged"));
    EXPECT_THAT(opened.error().diagnostic().hint, HasSubstr("move it away"));
  }
}

TEST_F(HistoryTest, a_damaged_page_is_an_error_and_not_a_crash) {
  {
    SqliteHistory history = open();
    for (int i = 0; i < 20; ++i) write_run(history, "r" + std::to_string(i), 30);
  }
  {
    std::fstream bytes(file_, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(file_));
    for (std::streamoff at = 4096; at < size; at += 4096) {
      bytes.seekp(at);
      bytes << std::string(2000, '\xee');
    }
  }
  const Result<SqliteHistory> opened = SqliteHistory::open_read_only(file_);
  if (!opened) {
    EXPECT_THAT(why(opened), HasSubstr("damaged"));
    return;
  }
  const Result<std::vector<RunSummary>> runs = opened->runs(99);
  ASSERT_FALSE(runs.has_value());
  EXPECT_EQ(runs.error().code(), Code::kHistory);
}

TEST_F(HistoryTest, says_which_folder_it_cannot_make) {
  const Result<SqliteHistory> opened = SqliteHistory::open(folder_.path() / "no" / "such" / "history.db");
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(why(opened), HasSubstr("no/such: No such file"));
}

}  // namespace
}  // namespace plumb::history
