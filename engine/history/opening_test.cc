// Which files are taken for a history, and what is made of those of other releases.
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/history/sqlite.h"
#include "engine/history/test_support.h"

namespace plumb::history {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::int64_t schema_version(const std::filesystem::path& file) {
  Database database = must(Database::open(file, Database::Mode::kRead));
  return must(database.number("PRAGMA user_version"));
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
