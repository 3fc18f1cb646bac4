// Exports of a history, and what another history takes of them.
#include "engine/history/export.h"

#include <fstream>
#include <sstream>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/history/sqlite.h"
#include "engine/history/test_support.h"

namespace plumb::history {
namespace {

class Export : public ::testing::Test {
 protected:
  Export() : history_(must(SqliteHistory::open(at("history.db")))) {
    RunStart start = a_run("r1");
    start.notes["ticket"] = "OPS-1";
    const std::unique_ptr<RunWriter> writer = must(history_.begin(start));
    must(writer->action("web1", an_action(0, ActionOutcome::kChanged)));
    must(writer->host({"web1", HostState::kOk, 1, 0, 0, 0, 12, "", "line\nand \"more\""}));
    must(writer->finish(ended()));
    must(history_.report_late({"theirs", "sha256:1", "web1", "file:/a", JournalOutcome::kChanged, "", "t"}));
    write_run(history_, "r2");
  }

  std::filesystem::path at(const char* name) const { return folder_.path() / name; }
  std::vector<std::string> export_lines() {
    std::string text;
    must(history_.export_chain([&text](std::string_view piece) -> Result<> {
      text += piece;
      return {};
    }));
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  std::filesystem::path write_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    must(write_file(at("export.jsonl"), text));
    return at("export.jsonl");
  }

  ScratchFolder folder_;
  SqliteHistory history_;
};

TEST_F(Export, HoldsInEachLineTheDigestOfTheOneBefore) {
  const std::vector<std::string> lines = export_lines();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[0].find("\"previous\":\"\""), std::string::npos);
  EXPECT_NE(lines[1].find("\"previous\":\"" + digest(lines[0]) + "\""), std::string::npos);
  EXPECT_NE(lines[2].find("\"previous\":\"" + digest(lines[1]) + "\""), std::string::npos);
  EXPECT_EQ(digest(lines[2]), must(history_.verify()).head);
}

TEST_F(Export, IsTakenIntoAnotherHistoryOnce) {
  const std::filesystem::path file = write_lines(export_lines());
  SqliteHistory other = must(SqliteHistory::open(at("other.db")));
  write_run(other, "own");
  const Imported first = must(other.import_chain(file));
  EXPECT_EQ(first.runs, 2);
  EXPECT_EQ(first.late, 1);
  EXPECT_EQ(first.known, 0);
  const RunRecord mine = must(history_.run("r1"));
  const RunRecord theirs = must(other.run("r1"));
  EXPECT_EQ(theirs.summary, mine.summary);
  EXPECT_EQ(theirs.hosts, mine.hosts);
  EXPECT_EQ(theirs.actions, mine.actions);
  EXPECT_EQ(theirs.notes.at("ticket"), "OPS-1");
  EXPECT_EQ(theirs.notes.at("imported"), must(history_.verify()).head);
  const Verification after = must(other.verify());
  EXPECT_EQ(after.entries, 4);
  EXPECT_FALSE(after.broken.has_value()) << after.broken->reason;

  const Imported second = must(other.import_chain(file));
  EXPECT_EQ(second.runs + second.late, 0);
  EXPECT_EQ(second.known, 3);
  EXPECT_EQ(must(other.verify()).head, after.head);
}

TEST_F(Export, MakesWholeARunThatAHostAloneToldOf) {
  SqliteHistory other = must(SqliteHistory::open(at("other.db")));
  must(other.report_late({"r1", "", "web1", "file:/srv/0", JournalOutcome::kChanged, "", "t"}));
  must(other.import_chain(write_lines(export_lines())));
  const RunRecord run = must(other.run("r1"));
  EXPECT_EQ(run.summary.kind, "apply");
  EXPECT_EQ(run.summary.operator_name, "ada@desk");
  EXPECT_EQ(run.late.size(), 1U);
  EXPECT_FALSE(must(other.verify()).broken.has_value());
}

// Whatever is changed in an export, nothing of it is taken.
TEST_F(Export, ThatWasChangedBringsNothing) {
  const std::vector<std::string> whole = export_lines();
  std::vector<std::vector<std::string>> changed;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (i + 1 < whole.size()) {
      std::vector<std::string> without = whole;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      changed.push_back(without);
      std::vector<std::string> swapped = whole;
      std::swap(swapped[i], swapped[i + 1]);
      changed.push_back(swapped);
      std::vector<std::string> other = whole;
      const std::size_t place = other[i].find("web1");
      other[i].replace(place, 4, "web2");
      changed.push_back(other);
    }
    std::vector<std::string> spaced = whole;
    spaced[i].insert(1, " ");
    changed.push_back(spaced);
    std::vector<std::string> more = whole;
    more[i].replace(more[i].rfind('}'), 1, ",\"z\":1}");
    changed.push_back(more);
    std::vector<std::string> cut = whole;
    cut[i].pop_back();
    changed.push_back(cut);
  }
  SqliteHistory other = must(SqliteHistory::open(at("other.db")));
  for (const std::vector<std::string>& lines : changed) {
    const Result<Imported> imported = other.import_chain(write_lines(lines));
    ASSERT_FALSE(imported.has_value()) << ::testing::PrintToString(lines);
    EXPECT_EQ(imported.error().code(), Code::kNotAnExport);
  }
  EXPECT_TRUE(must(other.runs(10)).empty());
}

TEST_F(Export, OfAChangedHistoryIsNone) {
  Database database = must(Database::open(at("history.db"), Database::Mode::kReadWrite));
  must(database.execute("UPDATE action SET outcome = 'failed' WHERE run = 1"));
  EXPECT_EQ(history_.export_chain([](std::string_view) { return Result<>(); }).error().code(), Code::kHistoryChanged);
}

TEST_F(Export, OfAHistoryWithAGapIsNone) {
  Database database = must(Database::open(at("history.db"), Database::Mode::kReadWrite));
  must(database.execute("DELETE FROM chain WHERE number = 2"));
  EXPECT_EQ(history_.export_chain([](std::string_view) { return Result<>(); }).error().code(), Code::kHistoryChanged);
}

// Whoever writes an export decides what it holds, and not how what is here is named and told.
TEST_F(Export, OfWhatNoRunIsNamedLikeBringsNothing) {
  const std::string line = export_lines()[0];
  const std::string id = "\"id\":\"r1\"";
  const std::string started = "\"started_at\":\"2026-03-01T12:00:00.000Z\"";
  const auto with = [&](const std::string& what, const std::string& instead) {
    std::string other = line;
    other.replace(other.find(what), what.size(), instead);
    return other;
  };
  SqliteHistory other = must(SqliteHistory::open(at("other.db")));
  for (const std::string& changed :
       {with(id, R"("id":"")"), with(id, R"("id":"last")"), with(id, R"("id":"../../etc/passwd")"),
        with(id, R"("id":"a\nb")"), with(id, "\"id\":\"" + std::string(65, 'a') + "\""),
        with(R"("kind":"apply")", R"("kind":"foreign")"), with(R"("kind":"apply")", R"("kind":"")"),
        with(started, R"("started_at":"yesterday")"), with(started, R"("started_at":"2026-03-01T12:00:00.000")"),
        with(started, R"("started_at":"2026-03-01T12:00:00\n00Z")")}) {
    const Result<Imported> imported = other.import_chain(write_lines({changed}));
    ASSERT_FALSE(imported.has_value()) << changed;
    EXPECT_EQ(imported.error().code(), Code::kNotAnExport) << changed;
  }
  EXPECT_EQ(must(other.import_chain(write_lines({with(started, R"("started_at":"2026-03-01T12:00:00Z")")}))).runs, 1);
}

TEST_F(Export, OfARunThatIsHereOtherwiseIsToldAndLeftOut) {
  const std::vector<std::string> lines = export_lines();
  SqliteHistory other = must(SqliteHistory::open(at("other.db")));
  write_run(other, "r1", 1);
  write_run(other, "r2");
  const Imported imported = must(other.import_chain(write_lines(lines)));
  EXPECT_EQ(imported.runs, 0);
  EXPECT_EQ(imported.known, 2);
  EXPECT_EQ(imported.differing, 1);
  EXPECT_TRUE(must(other.run("r1")).notes.empty());
}

TEST_F(Export, IsReadFromARegularFile) {
  EXPECT_EQ(history_.import_chain(folder_.path()).error().code(), Code::kFileUnreadable);
  const auto nothing = [](const ExportedEntry&) { return Result<>(); };
  EXPECT_EQ(read_export(folder_.path(), nothing).error().code(), Code::kFileUnreadable);
  EXPECT_NE(read_export(at("none"), nothing).error().summary().find("No such file"), std::string::npos);
}

TEST_F(Export, EndsWhereWhoTakesItDoes) {
  int pieces = 0;
  const Result<> ended_early = history_.export_chain([&pieces](std::string_view) -> Result<> {
    ++pieces;
    return fail(Code::kWriteFailed, "full");
  });
  EXPECT_EQ(ended_early.error().code(), Code::kWriteFailed);
  EXPECT_EQ(pieces, 1);
}

TEST_F(Export, SaysTheDigestOfEachEntry) {
  EXPECT_EQ(must(history_.entry_digest(3)), must(history_.verify()).head);
  EXPECT_EQ(must(history_.entry_digest(4)), std::nullopt);
}

}  // namespace
}  // namespace plumb::history
