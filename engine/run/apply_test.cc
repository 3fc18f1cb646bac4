// Requests from end to end over hosts that a test scripts: waves, late reports, lost connections, stopping.
#include "engine/run/apply.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/run/testing/apply_fixture.h"

namespace plumb::run {
namespace {

TEST_F(ApplyTest, WhatWasDoneIsInTheHistory) {
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kOk);
  EXPECT_TRUE(result.begun);
  const history::RunRecord record = recorded("r1");
  EXPECT_EQ(record.summary.outcome, RunOutcome::kOk);
  EXPECT_EQ(record.summary.exit_code, 0);
  EXPECT_EQ(record.summary.operator_name, "ada@desk");
  EXPECT_EQ(record.summary.changed, 9);
  EXPECT_EQ(record.summary.plan, result.plan_id);
  ASSERT_EQ(record.actions.size(), 9U);
  EXPECT_EQ(record.actions[0].action.outcome, ActionOutcome::kChanged);
  EXPECT_FALSE(history_.verify()->broken.has_value());
}

TEST_F(ApplyTest, WavesGoOneAfterTheOther) {
  write("rollout: {canary: 1, batch: 2}\n", "h[1:5]");
  std::string order;
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kWave) order += event.wave->canary ? "canary:" : "wave:";
    if (event.kind == RunEvent::Kind::kApplying) order += " " + event.host;
    if (event.kind == RunEvent::Kind::kHostDone) order += ".";
  };
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kOk);
  EXPECT_EQ(order, "canary: h1.wave: h2. h3.wave: h4. h5.");
}

TEST_F(ApplyTest, ACanaryThatFailsHoldsTheOthers) {
  write("rollout: {canary: 1}\n", "h[1:3]");
  hosts_.scripts["h1"].fails_at = 1;
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kFailed);
  EXPECT_EQ(outcomes(result),
            (Outcomes{{"h1", HostOutcome::kFailed}, {"h2", HostOutcome::kHeld}, {"h3", HostOutcome::kHeld}}));
  EXPECT_EQ(states("r1"),
            (States{{"h1", HostState::kFailed}, {"h2", HostState::kNotStarted}, {"h3", HostState::kNotStarted}}));
  EXPECT_EQ(hosts_.count("apply"), 1);
  EXPECT_NE(told_.find("the roll-out was stopped: 1 of 3 hosts failed, and 0 are tolerated in the run"),
            std::string::npos)
      << told_;
}

TEST_F(ApplyTest, AShareIsOfTheHostsThatHaveSomethingToDo) {
  write("rollout: {batch: 1, max_failures: 50%}\n", "h[1:6]");
  for (const char* host : {"h1", "h2", "h3", "h4"}) hosts_.scripts[host].as_asked = true;
  hosts_.scripts["h5"].fails_at = 0;
  hosts_.scripts["h6"].fails_at = 0;
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kFailed);
  EXPECT_NE(told_.find("the roll-out was stopped: 2 of 2 hosts failed, and 1 (50%) is tolerated in the run"),
            std::string::npos)
      << told_;
}

TEST_F(ApplyTest, AStopInAPauseBeginsNoFurtherHostAndBlamesNone) {
  write("rollout: {batch: 1, pause: 1m}\n", "h[1:3]");
  int waves = 0;
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kWave) ++waves;
    if (event.kind == RunEvent::Kind::kPause) control_.request_stop();
  };
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kInterrupted);
  EXPECT_EQ(waves, 1);
  EXPECT_EQ(outcomes(result),
            (Outcomes{{"h1", HostOutcome::kOk}, {"h2", HostOutcome::kNotStarted}, {"h3", HostOutcome::kNotStarted}}));
  EXPECT_EQ(states("r1"),
            (States{{"h1", HostState::kOk}, {"h2", HostState::kNotStarted}, {"h3", HostState::kNotStarted}}));
  EXPECT_NE(told_.find("the roll-out was stopped: interrupted before its end"), std::string::npos) << told_;
  EXPECT_EQ(told_.find("failed"), std::string::npos) << told_;
}

TEST_F(ApplyTest, APlanSaysWhoWorksOnTheHost) {
  hosts_.scripts["h2"].busy = Diagnostic(Code::kHostLocked, "run r0 works on this host");
  const auto loaded = workspace();
  const std::optional<Planned> planned = make_plan(*loaded, PlanRequest(), context());
  ASSERT_TRUE(planned.has_value());
  EXPECT_EQ(planned->outcome, RunOutcome::kOk);
  EXPECT_TRUE(planned->plan.hosts.contains("h2"));
  EXPECT_EQ(told_, "PL3105 run r0 works on this host\n");
}

TEST_F(ApplyTest, OfAHostThatIsLostTheActionInHandIsUnknown) {
  hosts_.scripts["h2"].lost_at = 1;
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kUnreachable);
  EXPECT_EQ(states("r1"), (States{{"h1", HostState::kOk}, {"h2", HostState::kNoAnswer}, {"h3", HostState::kOk}}));
  const history::RunRecord record = recorded("r1");
  EXPECT_EQ(record.summary.outcome, RunOutcome::kUnreachable);
  EXPECT_EQ(record.summary.exit_code, 4);
  std::vector<ActionOutcome> of_h2;
  for (const history::ActionRecord& one : record.actions) {
    if (one.host == "h2") of_h2.push_back(one.action.outcome);
  }
  EXPECT_EQ(of_h2, (std::vector{ActionOutcome::kChanged, ActionOutcome::kUnknown}));
}

TEST_F(ApplyTest, WhatAHostTellsLateIsKeptWithItsRun) {
  hosts_.scripts["h2"].lost_at = 0;
  (void)apply("r1");
  hosts_.scripts["h2"] = {};
  hosts_.scripts["h2"].as_asked = true;
  hosts_.scripts["h2"].unreported = {
      {"r1", "", "note:/etc/one", JournalOutcome::kUnknown, "cut off", Op::kCreate},
      {"r1", "", "note:/etc/two", JournalOutcome::kUnknown, "cut off", Op::kRestart},
      {"r1", "", "note:/etc/shadow", JournalOutcome::kChanged, "", Op::kCreate},
  };
  told_.clear();
  (void)apply("r2");
  const std::vector<history::LateReport> late = recorded("r1").late;
  ASSERT_EQ(late.size(), 2U);
  EXPECT_EQ(late[0].address, "note:/etc/one");
  EXPECT_EQ(late[0].outcome, JournalOutcome::kChanged) << "the host shows that it was done";
  EXPECT_EQ(late[1].outcome, JournalOutcome::kUnknown) << "a restart leaves nothing to see";
  EXPECT_NE(told_.find("run r1 was cut off on this host"), std::string::npos) << told_;
  EXPECT_NE(told_.find("of what that run was not to do there: note:/etc/shadow changed"), std::string::npos) << told_;
  EXPECT_TRUE(hosts_.scripts["h2"].unreported.empty()) << "it was told that the history has it";
}

TEST_F(ApplyTest, WhatAHostTellsOfARunThatNobodyBeganHereIsNotKept) {
  hosts_.scripts["h2"].unreported = {{"r0", "", "note:/etc/one", JournalOutcome::kChanged, "", Op::kCreate}};
  (void)apply("r1");
  EXPECT_NE(told_.find("it tells of run r0, which this history does not hold: note:/etc/one changed"),
            std::string::npos)
      << told_;
  EXPECT_FALSE(history_.run("r0").has_value());
  EXPECT_EQ(history_.runs(10)->size(), 1U);
}

TEST_F(ApplyTest, NothingIsChangedWhereTheHistoryDoesNotTakeThePlan) {
  write("", "h[1:3]");
  broken_.emplace(history_, testing::Refused::kBegin);
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kFailed);
  EXPECT_FALSE(result.begun);
  EXPECT_EQ(told_.find("the disk is full"), told_.rfind("the disk is full")) << "told once: " << told_;
  EXPECT_NE(told_.find("the disk is full"), std::string::npos) << told_;
  EXPECT_EQ(hosts_.count("apply"), 0);
  EXPECT_TRUE(history_.runs(9)->empty());
}

TEST_F(ApplyTest, ARunThatTheHistoryDoesNotTakeHasFailed) {
  write("", "h1");
  broken_.emplace(history_, testing::Refused::kActions);
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kFailed);
  EXPECT_EQ(outcomes(result), (Outcomes{{"h1", HostOutcome::kOk}})) << "the host is as it should be all the same";
  EXPECT_EQ(recorded("r1").summary.exit_code, 1);
  EXPECT_NE(told_.find("the disk is full"), std::string::npos) << told_;

  broken_.emplace(history_, testing::Refused::kHosts);
  EXPECT_EQ(apply("r2").outcome, RunOutcome::kFailed);

  // Of a host without a plan there is an entry too.
  write("", "h[1:2]");
  broken_.emplace(history_, testing::Refused::kUnreachableHosts);
  hosts_.scripts["h2"].unreachable = true;
  EXPECT_EQ(apply("r3").outcome, RunOutcome::kFailed);
  broken_.reset();
  EXPECT_EQ(apply("r4").outcome, RunOutcome::kUnreachable);
}

// A host forgets what it told once it is applied to, so nothing is applied before the history has it.
TEST_F(ApplyTest, WhatTheHistoryDoesNotTakeTheHostsGoOnTelling) {
  hosts_.scripts["h2"].lost_at = 0;
  (void)apply("r1");
  hosts_.scripts["h2"] = {};
  hosts_.scripts["h2"].unreported = {{"r1", "", "note:/etc/one", JournalOutcome::kChanged, "", Op::kCreate}};
  broken_.emplace(history_, testing::Refused::kLateReports);
  const ApplyResult result = apply("r2");
  EXPECT_EQ(result.outcome, RunOutcome::kFailed);
  EXPECT_FALSE(result.begun);
  EXPECT_EQ(hosts_.scripts["h2"].unreported.size(), 1U);
  EXPECT_NE(told_.find("the disk is full"), std::string::npos) << told_;
}

TEST_F(ApplyTest, AStopFinishesTheActionInHandAndBeginsNoHost) {
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kAction && event.event->kind == wire::EventKind::kChanged &&
        control_.level() == StopLevel::kNone) {
      control_.request_stop();
    }
  };
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kInterrupted);
  EXPECT_EQ(outcomes(result), (Outcomes{{"h1", HostOutcome::kInterrupted},
                                        {"h2", HostOutcome::kNotStarted},
                                        {"h3", HostOutcome::kNotStarted}}));
  EXPECT_EQ(result.hosts.at("h1").changed, 1);
  EXPECT_EQ(result.hosts.at("h1").skipped, 2);
  EXPECT_EQ(hosts_.count("apply"), 1);
  EXPECT_EQ(recorded("r1").summary.exit_code, 130);
}

TEST_F(ApplyTest, ASecondStopLeavesAtOnce) {
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kAction && event.event->kind == wire::EventKind::kStarted) {
      control_.request_stop();
      control_.request_stop();
    }
  };
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kInterrupted);
  EXPECT_EQ(result.hosts.at("h1").state, HostState::kFailed);
  EXPECT_EQ(hosts_.count("stop"), 0);
}

TEST_F(ApplyTest, AStopWhilePlanningBeginsNoRun) {
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kPlanned && control_.level() == StopLevel::kNone) control_.request_stop();
  };
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kInterrupted);
  EXPECT_FALSE(result.begun);
  EXPECT_EQ(hosts_.count("observe"), 1);
  EXPECT_TRUE(history_.runs(9)->empty());
}

TEST_F(ApplyTest, HostsThatAreNotReachedDoNotKeepTheOthersBack) {
  hosts_.scripts["h1"].unreachable = true;
  hosts_.scripts["h3"].stale = true;
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kStale) << "what was refused counts before what was not reached";
  EXPECT_EQ(states("r1"),
            (States{{"h1", HostState::kUnreachable}, {"h2", HostState::kOk}, {"h3", HostState::kFailed}}));
  EXPECT_TRUE(result.plan.unplanned.contains("h1"));
}

TEST_F(ApplyTest, ASecondRunChangesNothing) {
  for (const char* host : {"h1", "h2", "h3"}) hosts_.scripts[host].as_asked = true;
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kOk);
  EXPECT_TRUE(result.plan.changes_nothing());
  EXPECT_EQ(recorded("r1").summary.changed, 0);
}

TEST_F(ApplyTest, WhatIsNotApprovedIsNotBegun) {
  ApplyRequest request;
  request.what = PlanRequest();
  int shown = 0;
  request.show = [&](const Proposal& proposal) { shown += static_cast<int>(proposal.plan.hosts.size()); };
  request.approve = [](const Proposal&) { return false; };
  const ApplyResult refused = apply(request, "r1");
  EXPECT_EQ(refused.outcome, RunOutcome::kFailed);
  EXPECT_FALSE(refused.begun);
  EXPECT_EQ(shown, 3);
  EXPECT_EQ(hosts_.count("apply"), 0);

  request.approve = [](const Proposal&) { return Result<bool>(fail(Code::kInterrupted, "left")); };
  EXPECT_EQ(apply(request, "r2").outcome, RunOutcome::kInterrupted);
  EXPECT_TRUE(history_.runs(9)->empty());
}

TEST_F(ApplyTest, OutsideTheWindowNothingIsBegunUnlessItIsIgnored) {
  write("rollout: {window: {days: [sun], from: \"02:00\", to: \"03:00\"}}\n", "h[1:3]");
  ApplyRequest request;
  request.what = PlanRequest();
  // A Monday.
  request.clock = [] { return std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::January / 5 / 2026)); };
  const ApplyResult refused = apply(request, "r1");
  EXPECT_EQ(refused.outcome, RunOutcome::kStale);
  EXPECT_FALSE(refused.begun);
  EXPECT_NE(told_.find(code_name(Code::kOutsideWindow)), std::string::npos) << told_;

  request.window = WindowPolicy::kIgnore;
  EXPECT_EQ(apply(request, "r2").outcome, RunOutcome::kOk);
  EXPECT_EQ(recorded("r2").summary.kind, "apply, window ignored");
}

TEST_F(ApplyTest, AWindowThatClosesHoldsTheHostsThatAreLeft) {
  write("rollout: {batch: 1, window: {days: [sun], from: \"02:00\", to: \"03:00\"}}\n", "h[1:3]");
  const std::chrono::sys_seconds sunday(std::chrono::sys_days(std::chrono::January / 4 / 2026));
  std::chrono::sys_seconds time = sunday + std::chrono::hours(2);
  ApplyRequest request;
  request.what = PlanRequest();
  request.clock = [&] { return time; };
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kHostDone) time = sunday + std::chrono::hours(4);
  };
  const ApplyResult result = apply(request, "r1");
  EXPECT_EQ(result.outcome, RunOutcome::kWindowClosed);
  EXPECT_EQ(outcomes(result),
            (Outcomes{{"h1", HostOutcome::kOk}, {"h2", HostOutcome::kHeld}, {"h3", HostOutcome::kHeld}}));
  EXPECT_EQ(recorded("r1").summary.outcome, RunOutcome::kWindowClosed);
  EXPECT_EQ(recorded("r1").summary.exit_code, 5);
}

TEST_F(ApplyTest, GraphsThatReadFactsAreMadeOfThoseThatHostsTell) {
  const std::set<std::string> hosts{"h1", "h2"};
  write("", "h[1:2]");
  const auto plain = workspace();
  const CompiledFleet at_once = compile_graphs(*plain, hosts, context());
  ASSERT_NE(at_once.fleet, nullptr);
  EXPECT_NE(at_once.fleet->graph("h1"), nullptr);
  EXPECT_TRUE(at_once.asked.empty()) << "nobody had to be asked";

  folder_.write("plumb.yaml", "plumb: v1\nproject: edge\nresources:\n  - note: /etc/${facts.arch}\n    text: a\n");
  hosts_.scripts["h2"].unreachable = true;
  const auto reads = workspace();
  const CompiledFleet asked = compile_graphs(*reads, hosts, context());
  ASSERT_NE(asked.fleet, nullptr);
  ASSERT_NE(asked.fleet->graph("h1"), nullptr);
  EXPECT_EQ(asked.fleet->graph("h1")->nodes.at(0).desired.address.str(), "note:/etc/amd64");
  EXPECT_EQ(asked.fleet->graph("h2"), nullptr);
  EXPECT_EQ(asked.asked.at("h2").state, HostState::kUnreachable);
  EXPECT_FALSE(findings_of(asked.asked).empty());
}

TEST_F(ApplyTest, AWarningThatNeedsNoFactsIsToldOnceAndNotOfEachHostAgain) {
  write("", "h[1:2]");
  folder_.write("plumb.yaml",
                "plumb: v1\nproject: edge\n"
                "checks:\n"
                "  - {condition: 1 == 2, message: of the project, severity: warning}\n"
                "  - {condition: facts.arch == 'x', message: of a host, severity: warning}\n"
                "resources:\n  - note: /etc/${facts.arch}\n    text: a\n");
  const auto reads = workspace();
  const CompiledFleet asked = compile_graphs(*reads, {"h1", "h2"}, context());
  EXPECT_EQ(told_, "PL1123 of the project\n");
  std::vector<std::string> of_hosts;
  for (const auto& [host, result] : asked.asked) {
    for (const Diagnostic& one : result.diagnostics.items()) of_hosts.push_back(host + " " + one.summary);
  }
  EXPECT_EQ(of_hosts, (std::vector<std::string>{"h1 of a host", "h2 of a host"}));
}

TEST_F(ApplyTest, ThisMachineIsReachedOnceAndThatIsToldInItsTurn) {
  folder_.write("hosts.yaml", "plumb: v1\nhosts:\n  h1: {connection: local}\n  h2:\n");
  std::string order;
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kPhase) order += event.phase.phase == Phase::kPlan ? "plan:" : " apply:";
    if (event.kind == RunEvent::Kind::kContacting) order += " to " + event.host;
    if (event.kind == RunEvent::Kind::kReached) order += ", there";
  };
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kOk);
  EXPECT_EQ(order, "plan: to h1, there to h2, there apply:");
  EXPECT_EQ(hosts_.count("hello"), 2);
}

TEST_F(ApplyTest, ThisMachineThatCannotBeReachedIsToldOnce) {
  folder_.write("hosts.yaml", "plumb: v1\nhosts:\n  h1: {connection: local}\n");
  hosts_.scripts["h1"].unreachable = true;
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kUnreachable);
  EXPECT_EQ(told_, "PL3001 no way to the host\n");
}

}  // namespace
}  // namespace plumb::run
