// How a history is made smaller, and what still shows in it afterwards.
#include "engine/history/trim.h"

#include "engine/base/file.h"
#include "engine/history/backup.h"
#include "engine/history/export.h"
#include "engine/history/sqlite.h"
#include "engine/history/test_support.h"

namespace plumb::history {
namespace {

std::string as_of(int day) {
  return "2026-03-0" + std::to_string(day) + "T12:00:00.000Z";
}

class Trim : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "history.db"; }

  // A run with a plan of its own, which holds a content that all have and one of its own.
  void run_on_day(int day) {
    const std::string own = noise(day);
    std::map<std::string, std::string> contents = {{digest("of all"), "of all"}, {digest(own), own}};
    std::string plan = "{\"blobs\":{";
    for (const auto& [name, bytes] : contents)
      plan += (plan.ends_with('{') ? "\"" : ",\"") + name + "\":\"" + bytes + '"';
    plan += "},\"plumb\":\"plan/v1\"}";
    RunStart start = a_run("r" + std::to_string(day));
    start.plan = digest(plan);
    start.plan_document = whole(plan);
    start.started_at = as_of(day);
    const std::unique_ptr<RunWriter> writer = must(history_.begin(start));
    must(writer->action("web1", an_action(0, ActionOutcome::kChanged)));
    must(writer->keep(digest("before " + own), "before " + own));
    must(writer->host({"web1", HostState::kOk, 1, 0, 0, 0, 12, "", ""}));
    must(writer->finish({RunOutcome::kOk, as_of(day)}));
    plans_.push_back(start.plan);
  }

  Trimmed trim(const Keep& keep) {
    return must(history_.trim(keep, {"t" + std::to_string(++trims_), "web", "ada@desk", as_of(9), "0.2.0"}));
  }

  std::vector<std::string> runs() const {
    std::vector<std::string> ids;
    for (const RunSummary& run : must(history_.runs(100))) ids.push_back(run.id);
    return ids;
  }
  Verification whole_history() const {
    Verification found = must(history_.verify());
    EXPECT_FALSE(found.broken.has_value()) << found.broken->run << ": " << found.broken->reason;
    return found;
  }
  void change(const std::string& sql) { must(must(Database::open(file(), Database::Mode::kReadWrite)).execute(sql)); }

  ScratchFolder folder_;
  SqliteHistory history_ = must(SqliteHistory::open(file()));
  std::vector<std::string> plans_;

 private:
  // Bytes that cannot be packed.
  static std::string noise(int seed) {
    std::string text;
    for (std::string last = std::to_string(seed); text.size() < 100'000; text += last) last = digest(last).substr(7);
    return text;
  }

  int trims_ = 0;
};

TEST_F(Trim, KeepsTheNewestRunsAndTellsWhatWent) {
  for (int day = 1; day <= 5; ++day) run_on_day(day);
  const std::string second = must(history_.entry_digest(2)).value();
  const Trimmed trimmed = trim({.runs = 3});
  EXPECT_EQ(trimmed.runs, 2);
  EXPECT_EQ(trimmed.kept, 2) << "what they replaced goes with them";
  EXPECT_LT(trimmed.bytes_after, trimmed.bytes_before);
  EXPECT_EQ(runs(), (std::vector<std::string>{"t1", "r5", "r4", "r3"}));
  EXPECT_EQ(must(history_.plan_bytes(plans_[0])), std::nullopt);
  EXPECT_NE(must(history_.plan_bytes(plans_[2])), std::nullopt);

  const Verification found = whole_history();
  EXPECT_EQ(found.entries, 6);
  EXPECT_EQ(found.trims.entries, 2);
  EXPECT_EQ(found.trims.head, second);
  EXPECT_EQ(found.trims.operator_name, "ada@desk");
  // A signed end of before can still be compared, as far as the last entry that went.
  EXPECT_EQ(must(history_.entry_digest(2)), second);
  EXPECT_EQ(must(history_.entry_digest(1)), std::nullopt);
}

TEST_F(Trim, DoesNothingWhereNothingIsTooMuch) {
  for (int day = 1; day <= 2; ++day) run_on_day(day);
  EXPECT_TRUE(trim({.runs = 2, .since = as_of(1), .bytes = 1 << 30}).nothing());
  EXPECT_EQ(runs().size(), 2U);
}

TEST_F(Trim, GoesOnBehindAnEarlierOne) {
  for (int day = 1; day <= 3; ++day) run_on_day(day);
  EXPECT_EQ(trim({.runs = 2}).runs, 1);
  run_on_day(4);
  // The trim itself is no run that counts.
  EXPECT_EQ(trim({.runs = 2}).runs, 1);
  EXPECT_EQ(runs(), (std::vector<std::string>{"t2", "r4", "t1", "r3"}));
  EXPECT_EQ(whole_history().trims.entries, 2);
}

TEST_F(Trim, TakesWhatEndedBeforeATimeButTheNewest) {
  for (int day = 1; day <= 4; ++day) run_on_day(day);
  EXPECT_EQ(trim({.since = as_of(3)}).runs, 2);
  EXPECT_EQ(trim({.since = as_of(9)}).runs, 1);
  EXPECT_EQ(runs().back(), "r4");
  whole_history();
}

TEST_F(Trim, TakesContentsBeforePlansAndPlansBeforeRuns) {
  for (int day = 1; day <= 4; ++day) run_on_day(day);
  const std::int64_t now = trim({}).bytes_before;
  const Trimmed first = trim({.bytes = now - 150'000});
  EXPECT_GT(first.kept, 0);
  EXPECT_EQ(first.plans, 0);
  EXPECT_EQ(first.runs, 0);
  const Trimmed second = trim({.bytes = first.bytes_after - 120'000});
  EXPECT_GT(second.plans, 0);
  EXPECT_EQ(second.runs, 0);
  EXPECT_EQ(must(history_.plan_bytes(plans_[0])), std::nullopt);
  EXPECT_NE(must(history_.plan_bytes(plans_[3])), std::nullopt) << "the newest plan stays, with what all share";
  EXPECT_EQ(whole_history().trims.entries, 0);
  const Trimmed last = trim({.bytes = 1});
  EXPECT_GT(last.runs, 0);
  EXPECT_EQ(last.plans, 0) << "those of runs that went are none of runs that stay";
  EXPECT_EQ(must(history_.run("r4")).summary.plan, plans_[3]);
  EXPECT_NE(must(history_.plan_bytes(plans_[3])), std::nullopt);
  whole_history();
}

TEST_F(Trim, TakesLaterReportsWithTheirRun) {
  run_on_day(1);
  must(history_.begin(a_run("cut off")));
  run_on_day(2);
  must(history_.report_late({"r1", "", "web1", "file:/a", JournalOutcome::kUnknown, "", as_of(3)}));
  must(history_.report_late({"elsewhere", "", "web1", "file:/a", JournalOutcome::kUnknown, "", as_of(3)}));
  run_on_day(4);
  run_on_day(5);
  EXPECT_TRUE(trim({.runs = 3}).nothing()) << "the report stands behind runs that are to stay";
  const Trimmed trimmed = trim({.runs = 1});
  EXPECT_EQ(trimmed.runs, 3);
  EXPECT_EQ(trimmed.late, 2);
  EXPECT_EQ(runs(), (std::vector<std::string>{"t2", "r5", "cut off"})) << "what never ended stays";
  EXPECT_EQ(whole_history().unfinished, 1);
}

TEST_F(Trim, IsNoWayToHideAChange) {
  for (int day = 1; day <= 4; ++day) run_on_day(day);
  change("UPDATE action SET text = 'nothing to see' WHERE run = 1");
  const Result<Trimmed> refused = history_.trim({.runs = 1}, {"t", "web", "eve@desk", as_of(9), "0.2.0"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), Code::kHistoryChanged);
  EXPECT_EQ(runs().size(), 4U);
}

TEST_F(Trim, LooksAtWhatGoesAndLeavesTheRestToVerify) {
  for (int day = 1; day <= 4; ++day) run_on_day(day);
  change("UPDATE action SET text = 'nothing to see' WHERE run = 3");
  EXPECT_EQ(trim({.runs = 2}).runs, 2);
  EXPECT_EQ(must(history_.verify()).broken.value().run, "r3");
  EXPECT_FALSE(history_.trim({.runs = 1}, {"t", "web", "eve@desk", as_of(9), "0.2.0"}).has_value());
}

TEST_F(Trim, DropsNoPlanThatWasChangedNorCoversOneThatWasTaken) {
  const TrimStart eve = {"t", "web", "eve@desk", as_of(9), "0.2.0"};
  for (int day = 1; day <= 4; ++day) run_on_day(day);
  change("UPDATE plan SET bytes = (SELECT bytes FROM plan WHERE id = '" + plans_[3] + "') WHERE id = '" + plans_[1] +
         "'");
  const Result<Trimmed> changed = history_.trim({.bytes = 1}, eve);
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().summary(),
            "the history does not hold at run r2: its plan was changed after it was written; nothing was taken out of "
            "it");
  change("UPDATE plan SET bytes = NULL WHERE id = '" + plans_[1] + "'");
  EXPECT_FALSE(history_.trim({.bytes = 1}, eve).has_value());
  EXPECT_EQ(runs().size(), 4U);
}

// Contents that plans share stay until the last of them goes.
TEST_F(Trim, KeepsWhatAPlanThatStaysHolds) {
  for (int day = 1; day <= 9; ++day) run_on_day(day);
  std::int64_t size = trim({}).bytes_before;
  for (std::int64_t plans = 0; plans < 8;) {
    const Trimmed trimmed = trim({.bytes = size -= 40'000});
    EXPECT_EQ(trimmed.runs, 0);
    plans += trimmed.plans;
    for (std::size_t i = 0; i < plans_.size(); ++i)
      EXPECT_EQ(must(history_.plan_bytes(plans_[i])).has_value(), static_cast<std::int64_t>(i) >= plans) << i;
  }
  whole_history();
}

TEST(TrimWithout, AHistoryMakesNone) {
  const ScratchFolder folder;
  const std::filesystem::path file = folder.path() / "history.db";
  SqliteHistory history(file);
  EXPECT_TRUE(must(history.trim({.runs = 1, .bytes = 1}, {"t", "web", "ada@desk", as_of(9), "0.2.0"})).nothing());
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Trim, CoversOnlyWhatItTook) {
  for (int day = 1; day <= 4; ++day) run_on_day(day);
  trim({.runs = 3});
  change(
      "PRAGMA foreign_keys = OFF; DELETE FROM chain WHERE run = 2; DELETE FROM action WHERE run = 2; DELETE FROM "
      "run_host WHERE run = 2; DELETE FROM run WHERE number = 2");
  EXPECT_TRUE(must(history_.verify()).broken.has_value());
}

TEST_F(Trim, MissesNoPlanThatItDidNotTake) {
  for (int day = 1; day <= 3; ++day) run_on_day(day);
  trim({.runs = 2});
  change("UPDATE plan SET bytes = NULL WHERE id = '" + plans_[1] + "'");
  EXPECT_EQ(must(history_.verify()).broken.value().run, "r2");
}

TEST_F(Trim, LeavesAnExportThatCanBeChecked) {
  for (int day = 1; day <= 4; ++day) run_on_day(day);
  trim({.runs = 2});
  std::string lines;
  must(history_.export_chain([&](std::string_view piece) -> Result<> {
    lines += piece;
    return {};
  }));
  const std::filesystem::path export_file = folder_.path() / "history.jsonl";
  const auto nothing = [](const ExportedEntry&) { return Result<>(); };
  must(write_file(export_file, lines, 0600));
  const ChainHead head = must(read_export(export_file, nothing));
  EXPECT_EQ(head.entries, 5);
  EXPECT_EQ(head.trims.entries, 2);
  EXPECT_EQ(head.digest, whole_history().head);
  // One line more off its beginning is one that no trim tells of.
  must(write_file(export_file, lines.substr(lines.find('\n') + 1), 0600));
  EXPECT_EQ(read_export(export_file, nothing).error().code(), Code::kNotAnExport);

  // Taken into another history, its trim says nothing of that one.
  must(write_file(export_file, lines, 0600));
  SqliteHistory other = must(SqliteHistory::open(folder_.path() / "other.db"));
  EXPECT_EQ(must(other.import_chain(export_file)).runs, 3);
  EXPECT_EQ(must(other.verify()).trims.entries, 0);
  EXPECT_FALSE(must(other.verify()).broken.has_value());
}

TEST_F(Trim, LeavesCopiesThatCanBePutBack) {
  for (int day = 1; day <= 4; ++day) run_on_day(day);
  trim({.runs = 2});
  EXPECT_EQ(must(back_up(file(), folder_.path() / "copy")).entries, 5);
}

TEST_F(Trim, GivesBackTheSpace) {
  for (int day = 1; day <= 6; ++day) run_on_day(day);
  must(history_.give_back_space());
  const auto before = std::filesystem::file_size(file());
  trim({.runs = 1});
  must(history_.give_back_space());
  EXPECT_LT(std::filesystem::file_size(file()) * 2, before);
  whole_history();
}

}  // namespace
}  // namespace plumb::history
