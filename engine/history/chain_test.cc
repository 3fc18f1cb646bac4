#include "engine/history/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/history/test_support.h"

namespace plumb::history {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace plumb::history
