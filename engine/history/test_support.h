// What the tests of this folder share.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/history/sqlite_history.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::history {

using testing::ScratchFolder;

template <class T>
std::string why(const Result<T>& result) {
  return result ? "" : result.error().summary();
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().summary();
    std::abort();
  }
  return std::move(*result);
}
inline void must(Result<> result) {
  ASSERT_TRUE(result.has_value()) << result.error().summary();
}

inline GivePieces whole(std::string document) {
  return [document = std::move(document)](const TakePiece& take) { take(document); };
}

inline const std::string kPlanOfARun = "{\"plumb\":\"plan/v1\"}";

inline RunStart a_run(std::string id) {
  RunStart start;
  start.id = std::move(id);
  start.project = "web";
  start.plan_document = whole(kPlanOfARun);
  start.plan = digest(kPlanOfARun);
  start.operator_name = "ada@desk";
  start.started_at = "2026-03-01T12:00:00.000Z";
  start.hosts_pattern = "all";
  start.engine = "0.1.0";
  return start;
}

inline ActionEntry an_action(std::int64_t index, ActionOutcome outcome) {
  ActionEntry action;
  action.index = index;
  action.address = "file:/srv/" + std::to_string(index);
  action.op = "update";
  action.outcome = outcome;
  action.milliseconds = 3;
  action.at = "2026-03-01T12:00:01.000Z";
  return action;
}

inline RunEnd ended(RunOutcome outcome = RunOutcome::kOk) {
  return {outcome, "2026-03-01T12:00:09.000Z"};
}

// A run of one host with `actions` changes.
inline void write_run(SqliteHistory& history, const std::string& id, int actions = 2) {
  const std::unique_ptr<RunWriter> writer = must(history.begin(a_run(id)));
  for (int i = 0; i < actions; ++i) must(writer->action("web1", an_action(i, ActionOutcome::kChanged)));
  must(writer->host({"web1", HostState::kOk, actions, 0, 0, 0, 12, "", ""}));
  must(writer->finish(ended()));
}

inline std::vector<std::string> ids(const std::vector<RunSummary>& runs) {
  std::vector<std::string> names;
  for (const RunSummary& run : runs) names.push_back(run.id);
  return names;
}

// Does behind the history's back what somebody with an editor could.
inline void tamper(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &handle), SQLITE_OK);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_close(handle);
}

class HistoryTest : public ::testing::Test {
 protected:
  SqliteHistory open() { return must(SqliteHistory::open(file_)); }

  ScratchFolder folder_;
  std::filesystem::path file_ = folder_.path() / ".plumb" / "history.db";
};

}  // namespace plumb::history
