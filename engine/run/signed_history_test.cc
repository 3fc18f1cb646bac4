#include "engine/run/signed_history.h"

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/base/program.h"
#include "engine/history/sqlite.h"
#include "engine/testing/scratch_folder.h"
#include "engine/trust/sign.h"

namespace plumb::run {
namespace {

constexpr std::chrono::sys_seconds kSignedAt{std::chrono::seconds(1'800'000'000)};

class SignedHistory : public ::testing::Test {
 protected:
  SignedHistory() : history_(history::SqliteHistory::open(folder_ / "history.db").value()) { end_run("r1"); }

  void end_run(const std::string& id) {
    history::RunStart start;
    start.id = id;
    start.project = "edge";
    const auto writer = history_.begin(start).value();
    ASSERT_TRUE(writer->finish({RunOutcome::kOk, "2026-03-01T12:00:09.000Z"}));
  }

  Result<> goes_on_from(const trust::HistoryHead& head) const {
    return expect_head(history_, history_.verify().value().trims, head);
  }

  plumb::testing::ScratchFolder folder_;
  history::SqliteHistory history_;
};

TEST_F(SignedHistory, GoesOnBehindItsSignedEnd) {
  const trust::HistoryHead head = head_of(history_, kSignedAt).value();
  EXPECT_EQ(head.entries, 1U);
  EXPECT_EQ(head.project, "edge");
  EXPECT_TRUE(goes_on_from(head));
  end_run("r2");
  EXPECT_TRUE(goes_on_from(head));
}

TEST_F(SignedHistory, ShowsThatItsEndIsGone) {
  end_run("r2");
  const trust::HistoryHead head = head_of(history_, kSignedAt).value();
  history::Database database =
      history::Database::open(folder_ / "history.db", history::Database::Mode::kReadWrite).value();
  ASSERT_TRUE(database.execute("DELETE FROM chain WHERE number = 2; DELETE FROM run WHERE id = 'r2'"));
  EXPECT_FALSE(history_.verify().value().broken) << "the chain alone does not show it";
  EXPECT_EQ(goes_on_from(head).error().code(), Code::kHistoryChanged);
}

TEST_F(SignedHistory, ShowsThatItIsAnotherOne) {
  const trust::HistoryHead head = head_of(history_, kSignedAt).value();
  history_ = history::SqliteHistory::open(folder_ / "other.db").value();
  end_run("r2");
  EXPECT_EQ(goes_on_from(head).error().summary(),
            "the history holds another entry than the entry 1 that was signed at 2027-01-15T08:00:00Z");
}

TEST_F(SignedHistory, ShowsItAsFarAsItIsKept) {
  const trust::HistoryHead first = head_of(history_, kSignedAt).value();
  end_run("r2");
  const trust::HistoryHead second = head_of(history_, kSignedAt).value();
  end_run("r3");
  end_run("r4");
  const history::TrimStart start{"t", "edge", "ana@desk", "2026-03-02T12:00:00.000Z", "0.2.0"};
  ASSERT_TRUE(history_.trim({.runs = 2}, start));
  EXPECT_TRUE(goes_on_from(second));
  EXPECT_EQ(goes_on_from(first).error().summary(),
            "the entry 1 that was signed at 2027-01-15T08:00:00Z is no longer kept: ana@desk took out the first 2 at "
            "2026-03-02T12:00:00.000Z");
}

TEST_F(SignedHistory, WithoutARunHasNoEnd) {
  const history::SqliteHistory empty = history::SqliteHistory::open(folder_ / "empty.db").value();
  EXPECT_EQ(head_of(empty, kSignedAt).error().code(), Code::kNoSuchRun);
}

TEST_F(SignedHistory, IsSignedForHistoriesAlone) {
  if (!has_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen";
  const std::vector<std::string> arguments = {"ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", folder_ / "ana"};
  ASSERT_EQ(run_program(arguments, folder_.path(), Code::kInternal).value().exit_code, 0);
  const trust::Trust trust = trust::read_trust(folder_.write("signers", "ana " + folder_.read("ana.pub")), {}).value();
  const std::string text = trust::statement_of(head_of(history_, kSignedAt).value());
  const std::filesystem::path file = folder_.write("head.json", text);
  folder_.write("head.json.sig", trust::sign(text, trust::kHistoryNamespace, folder_ / "ana", 2).value());
  const Result<SignedHead> read = read_signed_head(file, trust, kSignedAt);
  ASSERT_TRUE(read) << read.error().summary();
  EXPECT_EQ(read->signer.name(), "ana");
  EXPECT_TRUE(goes_on_from(read->head));
  folder_.write("head.json.sig", trust::sign(text, trust::kApprovalNamespace, folder_ / "ana", 2).value());
  EXPECT_EQ(read_signed_head(file, trust, kSignedAt).error().code(), Code::kBadSignature);
}

}  // namespace
}  // namespace plumb::run
