// Programs that a fleet runs beside all plans: what comes back, how it ends, what the history holds of it.
#include "engine/run/execute.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/history/sqlite_history.h"
#include "engine/host/simulated.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::run {
namespace {

using ::testing::HasSubstr;

class ExecuteTest : public ::testing::Test {
 protected:
  void load(int hosts, const std::string& like) {
    folder_.write(
        "plumb.yaml",
        "plumb: v1\nproject: edge\ninputs:\n  token: {type: string, sensitive: true, default: correct-horse}\n"
        "resources: []\n");
    std::string inventory = "plumb: v1\nhosts:\n";
    for (int i = 0; i < hosts; ++i)
      inventory += "  h" + std::to_string(i) + ": {connection: {command: [\"plumb:simulated\"" + like + "]}}\n";
    folder_.write("hosts.yaml", inventory);
    Diagnostics found;
    WorkspaceRequest request;
    request.folder = folder_.path();
    request.missing_secrets = ir::MissingSecrets::kUnknown;
    request.needs_key = false;
    workspace_ = Workspace::load(request, kinds_, history_, found, sources_);
    for (const Diagnostic& one : found.items()) EXPECT_NE(one.severity, Severity::kError) << one.summary;
    ASSERT_NE(workspace_, nullptr);
    ASSERT_TRUE(workspace_->find_key().has_value());
  }

  ExecuteResult run(const std::vector<std::string>& words) {
    ExecuteRequest request;
    request.program.argv = words;
    request.shown = words.front();
    request.run = "run-1";
    FleetOptions options;
    options.forks = 64;
    const RunContext context{history_, transport_, control_, options, observer_, {}};
    return execute(*workspace_, request, context);
  }

  const Registry kinds_ = ::plumb::testing::made_up_kinds();
  ::plumb::testing::ScratchFolder folder_;
  history::SqliteHistory history_{folder_.path() / ".plumb" / "history.db"};
  host::SimulatedTransport transport_;
  Control control_;
  RunObserver observer_;
  lang::SourceMap sources_;
  std::unique_ptr<Workspace> workspace_;
};

TEST_F(ExecuteTest, EveryHostAnswersAndTheHistoryHasIt) {
  ASSERT_NO_FATAL_FAILURE(load(300, ""));
  const ExecuteResult result = run({"uptime", "-p"});
  EXPECT_EQ(result.outcome, RunOutcome::kOk);
  ASSERT_EQ(result.answers.size(), 300U);
  EXPECT_EQ(result.answers.at("h7").output, "uptime -p\n");
  const Result<history::RunRecord> record = history_.run("run-1");
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->summary.kind, "run");
  EXPECT_EQ(record->summary.plan, "");
  EXPECT_EQ(record->summary.hosts, 300);
  ASSERT_EQ(record->actions.size(), 300U);
  EXPECT_EQ(record->actions[0].action.address, "uptime");
  EXPECT_EQ(record->actions[0].action.text, "uptime -p\n");
  EXPECT_FALSE(history_.verify().value().broken.has_value());
}

TEST_F(ExecuteTest, WhatFailsAndWhoIsLostIsToldApart) {
  ASSERT_NO_FATAL_FAILURE(load(400, ", failing=20%, lost=10%, unreachable=10%, seed=3"));
  const ExecuteResult result = run({"true"});
  EXPECT_EQ(result.outcome, RunOutcome::kFailed);
  std::map<HostState, int> states;
  for (const auto& [host, one] : result.hosts) ++states[one.state];
  EXPECT_GT(states[HostState::kOk], 0);
  EXPECT_GT(states[HostState::kUnreachable], 0);
  EXPECT_GT(states[HostState::kNoAnswer], 0);
  for (const auto& [host, one] : result.hosts) {
    const auto answer = result.answers.find(host);
    EXPECT_EQ(answer != result.answers.end(), one.state == HostState::kOk || one.state == HostState::kFailed) << host;
    if (answer == result.answers.end()) continue;
    EXPECT_EQ(answer->second.exit_code != 0, one.state == HostState::kFailed) << host;
  }
}

TEST_F(ExecuteTest, SensitiveInputsAreTakenOutOfWhatIsPrinted) {
  ASSERT_NO_FATAL_FAILURE(load(1, ""));
  std::string told;
  observer_ = [&told](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kPrinted) told += event.printed->text;
  };
  const ExecuteResult result = run({"echo", "it is correct-horse"});
  EXPECT_THAT(result.answers.at("h0").output, HasSubstr("it is (sensitive)"));
  EXPECT_EQ(told, result.answers.at("h0").output);
}

TEST_F(ExecuteTest, AfterAStopNobodyIsAsked) {
  ASSERT_NO_FATAL_FAILURE(load(20, ""));
  control_.request_stop();
  const ExecuteResult result = run({"true"});
  EXPECT_EQ(result.outcome, RunOutcome::kInterrupted);
  EXPECT_TRUE(result.answers.empty());
}

}  // namespace
}  // namespace plumb::run
