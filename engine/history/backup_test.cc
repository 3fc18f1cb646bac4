// Copies of a history, and putting them back.
#include "engine/history/backup.h"

#include "engine/base/file.h"
#include "engine/history/sqlite.h"
#include "engine/history/test_support.h"

namespace plumb::history {
namespace {

class Backup : public ::testing::Test {
 protected:
  std::filesystem::path at(const char* name) const { return folder_.path() / name; }
  std::int64_t runs_in(const char* name) const {
    return static_cast<std::int64_t>(must(must(SqliteHistory::open_read_only(at(name))).runs(100)).size());
  }

  ScratchFolder folder_;
};

TEST_F(Backup, IsTakenWhileARunGoesOn) {
  SqliteHistory history = must(SqliteHistory::open(at("history.db")));
  write_run(history, "r1");
  const std::unique_ptr<RunWriter> going_on = must(history.begin(a_run("r2")));
  const Verification found = must(back_up(at("history.db"), at("copy")));
  EXPECT_EQ(found.entries, 1);
  EXPECT_EQ(found.unfinished, 1);
  EXPECT_EQ(std::filesystem::status(at("copy")).permissions(), std::filesystem::perms(0600));
  must(going_on->finish(ended()));
  EXPECT_EQ(must(history.verify()).entries, 2);
}

TEST_F(Backup, TakesThePlaceOfADamagedHistory) {
  {
    SqliteHistory history = must(SqliteHistory::open(at("history.db")));
    write_run(history, "r1");
  }
  must(back_up(at("history.db"), at("copy")));
  for (const char* const beside : {"history.db-wal", "history.db-shm"}) std::filesystem::remove(at(beside));
  must(write_file(at("history.db"), "no database at all", 0600));
  const Restored restored = must(restore(at("history.db"), at("copy"), false));
  EXPECT_EQ(restored.copy.entries, 1);
  EXPECT_EQ(must(read_file(restored.aside, 100)), "no database at all");
  EXPECT_EQ(runs_in("history.db"), 1);
}

TEST_F(Backup, LosesNothingUnlessToldTo) {
  {
    SqliteHistory history = must(SqliteHistory::open(at("history.db")));
    write_run(history, "r1");
    must(back_up(at("history.db"), at("copy")));
    write_run(history, "r2");
  }
  EXPECT_EQ(restore(at("history.db"), at("copy"), false).error().code(), Code::kHistoryChanged);
  EXPECT_EQ(runs_in("history.db"), 2);
  const Restored restored = must(restore(at("history.db"), at("copy"), true));
  EXPECT_EQ(runs_in("history.db"), 1);
  EXPECT_EQ(must(must(SqliteHistory::open_read_only(restored.aside)).runs(100)).size(), 2U);
}

TEST_F(Backup, IsNotPutInThePlaceOfAHistoryInUse) {
  SqliteHistory history = must(SqliteHistory::open(at("history.db")));
  write_run(history, "r1");
  must(back_up(at("history.db"), at("copy")));
  const Result<Restored> restored = restore(at("history.db"), at("copy"), false);
  ASSERT_FALSE(restored.has_value());
  EXPECT_NE(restored.error().summary().find("another program has the history open"), std::string::npos)
      << restored.error().summary();
  write_run(history, "r2");
  EXPECT_EQ(must(history.verify()).entries, 2);
}

TEST_F(Backup, TakesThePlaceOfNothingElse) {
  SqliteHistory history = must(SqliteHistory::open(at("history.db")));
  write_run(history, "r1");
  must(write_file(at("plumb.yaml"), "plumb: v1\n"));
  std::filesystem::create_symlink(at("history.db"), at("link"));
  for (const char* const place : {"history.db", "link", "plumb.yaml", "."}) {
    const Result<Verification> copied = back_up(at("history.db"), at(place));
    ASSERT_FALSE(copied.has_value()) << place;
    EXPECT_EQ(copied.error().code(), Code::kHistory) << place;
  }
  EXPECT_EQ(must(read_file(at("plumb.yaml"), 100)), "plumb: v1\n");
  must(write_file(at("empty"), ""));
  must(back_up(at("history.db"), at("empty")));
  must(back_up(at("history.db"), at("empty")));
}

TEST_F(Backup, IsPutBackFromARegularFileIntoAFolderThatIsThere) {
  {
    SqliteHistory history = must(SqliteHistory::open(at("history.db")));
    write_run(history, "r1");
  }
  must(back_up(at("history.db"), at("copy")));
  EXPECT_FALSE(restore(at("history.db"), folder_.path(), false).has_value());
  EXPECT_FALSE(restore(at("none/.plumb/history.db"), at("copy"), false).has_value());
  EXPECT_FALSE(std::filesystem::exists(at("none")));
  must(restore(at(".plumb/history.db"), at("copy"), false));
  EXPECT_EQ(std::filesystem::status(at(".plumb")).permissions(), std::filesystem::perms(0700));
}

// A trigger would do away with runs as soon as one is written.
TEST_F(Backup, ThatActsByItselfIsNotPutBack) {
  {
    SqliteHistory history = must(SqliteHistory::open(at("history.db")));
    write_run(history, "r1");
  }
  must(back_up(at("history.db"), at("copy")));
  must(must(Database::open(at("copy"), Database::Mode::kReadWrite))
           .execute("CREATE TRIGGER gone AFTER INSERT ON run BEGIN DELETE FROM action; END"));
  const Result<Restored> restored = restore(at("history.db"), at("copy"), true);
  ASSERT_FALSE(restored.has_value());
  EXPECT_NE(restored.error().summary().find("triggers"), std::string::npos) << restored.error().summary();
}

TEST_F(Backup, OfAChangedHistoryIsRefused) {
  {
    SqliteHistory history = must(SqliteHistory::open(at("history.db")));
    write_run(history, "r1");
    Database database = must(Database::open(at("history.db"), Database::Mode::kReadWrite));
    must(database.execute("UPDATE run SET operator = 'mallory@desk'"));
  }
  EXPECT_EQ(back_up(at("history.db"), at("copy")).error().code(), Code::kHistoryChanged);
  EXPECT_FALSE(std::filesystem::exists(at("copy")));
}

}  // namespace
}  // namespace plumb::history
