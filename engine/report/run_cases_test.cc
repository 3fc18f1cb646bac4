#include "engine/report/run_cases.h"

#include <gmock/gmock.h>

namespace plumb::report {
namespace {

using testing::HasSubstr;
using wire::EventKind;

class RunCasesTest : public testing::Test {
 protected:
  RunCasesTest() {
    for (const char* address : {"file:/etc/a", "file:/etc/b", "service:c"}) {
      plan::Action action;
      action.desired.address = *Address::parse(address);
      action.op = Op::kUpdate;
      action.source = "plumb.yaml:3:5";
      actions_.push_back(action);
    }
    host("web1", HostState::kOk);
  }

  run::HostResult& host(const std::string& name, HostState state) {
    hosts_[name].name = name;
    hosts_[name].state = state;
    plan_.hosts[name];
    return hosts_[name];
  }
  void tell(std::size_t action, EventKind kind, const std::string& text = "", bool problem = false) {
    wire::Event event{kind, action, text, {}, 1500};
    if (problem) event.problem = Diagnostic(Code::kConnect, text).with_hint("try again");
    cases_.take({.kind = run::RunEvent::Kind::kAction, .host = "web1", .action = &actions_[action], .event = &event});
  }
  std::vector<TestResult> results() {
    plan_.hosts["web1"].actions = plan::ActionList(actions_);
    return cases_.results(plan_, hosts_);
  }

  plan::Actions actions_;
  plan::Plan plan_;
  run::HostResults hosts_;
  RunCases cases_;
};

TEST_F(RunCasesTest, TellsEachActionWithTheCauseOfItsFailure) {
  host("web1", HostState::kFailed);
  tell(0, EventKind::kStarted);
  tell(0, EventKind::kChanged);
  tell(1, EventKind::kStarted);
  tell(1, EventKind::kOutput, "disk full\n");
  tell(1, EventKind::kFailed, "exit code 1", true);
  const std::vector<TestResult> all = results();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].file, "web1");
  EXPECT_EQ(all[0].name, "update file:/etc/a");
  EXPECT_TRUE(all[0].passed);
  EXPECT_EQ(all[0].time, std::chrono::milliseconds(1500));
  EXPECT_FALSE(all[1].passed || all[1].skipped);
  const std::string code = code_name(Code::kConnect);
  EXPECT_EQ(all[1].message, code + ": exit code 1");
  EXPECT_EQ(all[1].details, code + ": exit code 1\nhint: try again\ndeclared at plumb.yaml:3:5\n\ndisk full\n");
  EXPECT_TRUE(all[2].skipped);
  EXPECT_EQ(all[2].message, "not begun");
}

TEST_F(RunCasesTest, OneThatMayFailFailsNoPipeline) {
  actions_[0].manner.may_fail = true;
  tell(0, EventKind::kFailed, "exit code 1", true);
  const std::vector<TestResult> all = results();
  EXPECT_TRUE(all[0].skipped);
  EXPECT_THAT(all[0].message, HasSubstr("failed, as it may"));
}

TEST_F(RunCasesTest, OfAHostThatIsLostSomethingFails) {
  host("web1", HostState::kNoAnswer).diagnostics.add(Diagnostic(Code::kConnect, "the line was cut"));
  tell(0, EventKind::kChanged);
  tell(1, EventKind::kStarted);
  EXPECT_THAT(results()[1].message, HasSubstr("nobody knows"));
  EXPECT_FALSE(results()[1].skipped);

  run::HostResult& db = host("db1", HostState::kUnreachable);
  db.diagnostics.add(
      Diagnostic(Code::kConnect, "refused").at({"hosts.yaml", 3, 5, 3, 9}, "here").with_hint("is it up?"));
  const TestResult one = results()[0];
  EXPECT_EQ(one.file, "db1");
  EXPECT_EQ(one.name, "host");
  EXPECT_FALSE(one.passed || one.skipped);
  EXPECT_THAT(one.message, HasSubstr("refused"));
  EXPECT_THAT(one.details, HasSubstr("at hosts.yaml:3:5\nhint: is it up?"));
}

TEST_F(RunCasesTest, AHostWithNothingToDoPasses) {
  host("idle", HostState::kOk);
  const TestResult one = results()[0];
  EXPECT_EQ(one.file, "idle");
  EXPECT_TRUE(one.passed);
}

TEST_F(RunCasesTest, APlanThatWasAppliedBeforeIsSkipped) {
  run::HostResult& end = host("web1", HostState::kOk);
  end.outcome = HostOutcome::kAlready;
  end.applied_at = "2026-03-01T12:00:00Z";
  end.applied_by = "R1";
  for (const TestResult& one : results()) {
    EXPECT_TRUE(one.skipped);
    EXPECT_EQ(one.message, "this plan was applied on 2026-03-01T12:00:00Z by run R1");
  }
}

}  // namespace
}  // namespace plumb::report
