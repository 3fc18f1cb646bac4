// What other hosts do around the turns of a roll-out.
#include <gtest/gtest.h>

#include "engine/plan/artifact.h"
#include "engine/run/testing/apply_fixture.h"

namespace plumb::run {
namespace {

constexpr const char* kBalanced =
    "rollout:\n"
    "  batch: 1\n"
    "  around:\n"
    "    - on: lb\n"
    "      before:\n"
    "        - chore: drain ${host.name}\n          does: drain ${host.name} at ${host.address}\n"
    "      after:\n"
    "        - chore: enable ${host.name}\n          does: enable ${host.name}\n"
    "    - on: controller\n"
    "      after:\n"
    "        - chore: announce\n          does: announce ${host.name}\n";

class AroundTest : public ApplyTest {
 protected:
  AroundTest() {
    balanced(kBalanced);
    on_event_ = [this](const RunEvent& event) { note(event); };
  }

  // Two hosts with a file each, behind a third.
  void balanced(const std::string& rollout) {
    folder_.write("plumb.yaml", "plumb: v1\nproject: edge\n" + rollout +
                                    "resources:\n  - note: /etc/one\n    on: web\n    text: \"1\\n\"\n");
    folder_.write("hosts.yaml",
                  "plumb: v1\nhosts:\n  web1: {address: 192.0.2.1, groups: [web]}\n"
                  "  web2: {address: 192.0.2.2, groups: [web]}\n  lb: {}\ngroups: {web: {}}\n");
  }

  void note(const RunEvent& event) {
    if (event.kind != RunEvent::Kind::kAction) return;
    if (on_action_) on_action_(event);
    if (event.event->kind == wire::EventKind::kStarted) return;
    log_ += event.host + " " + std::string(wire::name(event.event->kind)) + " " + event.action->desired.address.str() +
            "\n";
  }

  // From when this event came on, what is done there fails.
  void fails_once(const std::string& doer, const std::string& host, const std::string& address) {
    on_action_ = [=, this](const RunEvent& event) {
      const bool now = event.host == host && event.action->desired.address.str() == address &&
                       event.event->kind == wire::EventKind::kChanged;
      if (now) hosts_.scripts[doer].fails_at = 0;
    };
  }

  void stops_at(const std::string& host, const std::string& address) {
    on_action_ = [=, this](const RunEvent& event) {
      if (event.host == host && event.action->desired.address.str() == address && control_.level() == StopLevel::kNone)
        control_.request_stop();
    };
  }

  // After a stop.
  RunOutcome resume_anew(const std::string& earlier, const std::string& run) {
    Diagnostics found;
    Result<SavedPlan> saved = plan_to_resume(history_, kinds_, earlier, found);
    if (!saved) return RunOutcome::kInvalid;
    ApplyRequest request;
    request.what = std::move(*saved);
    request.run = run;
    Control control;
    const RunContext before = context();
    const auto loaded = workspace();
    return run::apply(*loaded, std::move(request),
                      {before.store, before.transport, control, before.fleet, before.observer, before.findings})
        .outcome;
  }

  std::string take_log() { return std::exchange(log_, {}); }

  std::function<void(const RunEvent&)> on_action_;
  std::string log_;
};

constexpr const char* kTurnOfWeb1 =
    "web1 changed before@lb/chore:drain web1\n"
    "web1 changed note:/etc/one\n"
    "web1 changed after@lb/chore:enable web1\n"
    "web1 changed after@controller/chore:announce\n";
constexpr const char* kTurnOfWeb2 =
    "web2 changed before@lb/chore:drain web2\n"
    "web2 changed note:/etc/one\n"
    "web2 changed after@lb/chore:enable web2\n"
    "web2 changed after@controller/chore:announce\n";

TEST_F(AroundTest, StepsStandAroundEachTurn) {
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kOk) << told_;
  EXPECT_EQ(log_, std::string(kTurnOfWeb1) + kTurnOfWeb2);
  EXPECT_EQ(states("r1"), (States{{"lb", HostState::kOk}, {"web1", HostState::kOk}, {"web2", HostState::kOk}}));
}

TEST_F(AroundTest, ThePlanHoldsThemWithWhatTheyDo) {
  (void)apply("r1");
  Diagnostics found;
  Result<SavedPlan> saved = plan_to_resume(history_, kinds_, "r1", found);
  ASSERT_TRUE(saved.has_value()) << saved.error().summary();
  const Result<std::optional<std::string>> bytes = history_.plan_bytes(saved->id);
  ASSERT_TRUE(bytes.has_value() && *bytes);
  const Result<plan::Plan> plan = plan::read_artifact(**bytes, kinds_);
  ASSERT_TRUE(plan.has_value()) << plan.error().summary();
  const plan::Around& around = plan->hosts.at("web2").around;
  ASSERT_EQ(around.before.size(), 1);
  EXPECT_EQ(around.before[0].host, "lb");
  const auto drain = around.before[0].actions.get();
  ASSERT_EQ(drain->size(), 1);
  EXPECT_EQ(std::get<plumb::Run>(drain->front().operations.at(0)).script, "drain web2 at 192.0.2.2");
  EXPECT_EQ(drain->front().fidelity, Fidelity::kOpaque);
  EXPECT_FALSE(drain->front().undo);
  ASSERT_EQ(around.after.size(), 2);
  EXPECT_EQ(around.after[1].host, plan::kController);
  EXPECT_TRUE(plan->hosts.at("lb").around.empty());
}

TEST_F(AroundTest, WhoHasNothingToDoHasNoTurn) {
  hosts_.scripts["web1"].as_asked = true;
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kOk);
  EXPECT_EQ(log_, kTurnOfWeb2);
}

TEST_F(AroundTest, WhereAStepBeforeFailsTheHostIsUntouchedAndTheOthersToo) {
  hosts_.scripts["lb"].fails_at = 0;
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kFailed);
  EXPECT_EQ(log_, "web1 failed before@lb/chore:drain web1\n");
  EXPECT_EQ(states("r1"),
            (States{{"lb", HostState::kOk}, {"web1", HostState::kFailed}, {"web2", HostState::kNotStarted}}));
  EXPECT_NE(told_.find("PL4015 `chore:drain web1`, which lb does for its turn, failed: it broke"), std::string::npos)
      << told_;
  EXPECT_EQ(result.hosts.at("web1").skipped, 1);
}

TEST_F(AroundTest, AHostThatFailsStaysOutAndTheOthersAreUntouched) {
  hosts_.scripts["web1"].fails_at = 0;
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kFailed);
  EXPECT_EQ(log_, "web1 changed before@lb/chore:drain web1\nweb1 failed note:/etc/one\n");
  EXPECT_NE(told_.find("the host stays as the steps before its turn left it: `chore:enable web1` of lb was not done"),
            std::string::npos)
      << told_;
  EXPECT_EQ(states("r1").at("web2"), HostState::kNotStarted);
}

TEST_F(AroundTest, AStepAfterThatFailsIsAFailureOfTheHost) {
  fails_once("lb", "web1", "note:/etc/one");
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kFailed);
  EXPECT_EQ(log_,
            "web1 changed before@lb/chore:drain web1\nweb1 changed note:/etc/one\n"
            "web1 failed after@lb/chore:enable web1\n");
  EXPECT_NE(told_.find("PL4015 `chore:enable web1`, which lb does for its turn, failed: it broke"), std::string::npos);
  EXPECT_EQ(states("r1").at("web1"), HostState::kFailed);
  EXPECT_EQ(states("r1").at("web2"), HostState::kNotStarted);
}

TEST_F(AroundTest, AResumedRunTakesTheTurnAgainWithAllSteps) {
  fails_once("lb", "web1", "note:/etc/one");
  (void)apply("r1");
  (void)take_log();
  on_action_ = nullptr;
  hosts_.scripts["lb"].fails_at.reset();
  EXPECT_EQ(resume("r1", "r2").outcome, RunOutcome::kOk) << told_;
  EXPECT_EQ(take_log(), std::string(kTurnOfWeb1) + kTurnOfWeb2);
  EXPECT_TRUE(resume("r2", "r3").nothing);
  EXPECT_EQ(take_log(), "");
}

TEST_F(AroundTest, ASavedPlanThatWasAppliedDoesNoStepsAgain) {
  (void)apply("r1");
  Diagnostics found;
  const Result<SavedPlan> resumed = plan_to_resume(history_, kinds_, "r1", found);
  ASSERT_TRUE(resumed.has_value());
  const Result<std::optional<std::string>> bytes = history_.plan_bytes(resumed->id);
  Result<SavedPlan> saved = read_saved_plan(**bytes, kinds_);
  ASSERT_TRUE(saved.has_value());
  (void)take_log();
  ApplyRequest request;
  request.what = std::move(*saved);
  (void)apply(std::move(request), "r2");
  EXPECT_EQ(log_.find("@"), std::string::npos) << log_;
}

TEST_F(AroundTest, AHostThatIsNotReachedIsNotDrained) {
  hosts_.scripts["lb"].fails_at = 0;
  (void)apply("r1");
  (void)take_log();
  hosts_.scripts["lb"].fails_at.reset();
  hosts_.scripts["web1"].unreachable = true;
  EXPECT_EQ(resume("r1", "r2").outcome, RunOutcome::kUnreachable) << told_;
  EXPECT_EQ(log_, kTurnOfWeb2);
}

TEST_F(AroundTest, WhoDoesTheStepsMayBeLost) {
  hosts_.scripts["lb"].lost_at = 0;
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kFailed);
  EXPECT_NE(told_.find("PL4015 `chore:drain web1`, which lb does for its turn, failed"), std::string::npos) << told_;
  EXPECT_EQ(states("r1").at("web1"), HostState::kFailed);
}

TEST_F(AroundTest, StepsWaitForARunOfSomebodyElse) {
  hosts_.scripts["lb"].refuses_as_locked = 1;
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kOk) << told_;
  EXPECT_EQ(log_, std::string(kTurnOfWeb1) + kTurnOfWeb2);
}

TEST_F(AroundTest, WhatOthersDidNotDoAfterATurnIsTold) {
  fails_once("lb", "web1", "note:/etc/one");
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kFailed);
  EXPECT_NE(told_.find("the host stays as the steps before its turn left it: `chore:announce` of plumb itself was not "
                       "done"),
            std::string::npos)
      << told_;
}

TEST_F(AroundTest, AHostThatHadNothingLeftButStepsIsNotSaidToHaveHadNothingDone) {
  fails_once("lb", "web1", "note:/etc/one");
  (void)apply("r1");
  on_action_ = nullptr;
  hosts_.scripts["lb"].fails_at.reset();
  hosts_.scripts["web1"].applied_before = true;
  const ApplyResult result = resume("r1", "r2");
  EXPECT_EQ(result.outcome, RunOutcome::kOk) << told_;
  EXPECT_EQ(result.hosts.at("web1").outcome, HostOutcome::kOk);
}

TEST_F(AroundTest, AStopDuringAStepBeforeLeavesTheHostUntouched) {
  stops_at("web1", "before@lb/chore:drain web1");
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kInterrupted);
  EXPECT_EQ(result.hosts.at("web1").outcome, HostOutcome::kInterrupted);
  EXPECT_EQ(result.hosts.at("web2").outcome, HostOutcome::kNotStarted);
  EXPECT_EQ(told_.find("hosts failed"), std::string::npos) << told_;
  EXPECT_EQ(log_.find("note:/etc/one"), std::string::npos) << log_;
  (void)take_log();
  on_action_ = nullptr;
  EXPECT_EQ(resume_anew("r1", "r2"), RunOutcome::kOk) << told_;
  EXPECT_EQ(take_log(), std::string(kTurnOfWeb1) + kTurnOfWeb2);
}

TEST_F(AroundTest, AStopDuringTheTurnLeavesTheHostOut) {
  stops_at("web1", "note:/etc/one");
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kInterrupted);
  EXPECT_EQ(log_.find("enable"), std::string::npos) << log_;
  EXPECT_NE(states("r1").at("web1"), HostState::kOk);
}

TEST_F(AroundTest, AStopDuringAStepAfterLeavesTheRestToAResumedRun) {
  stops_at("web1", "after@lb/chore:enable web1");
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kInterrupted);
  EXPECT_EQ(log_.find("announce"), std::string::npos) << log_;
  EXPECT_NE(states("r1").at("web1"), HostState::kOk);
  (void)take_log();
  on_action_ = nullptr;
  EXPECT_EQ(resume_anew("r1", "r2"), RunOutcome::kOk) << told_;
  EXPECT_EQ(take_log(), std::string(kTurnOfWeb1) + kTurnOfWeb2);
}

TEST_F(AroundTest, TheHistoryHasThemWithTheHostWhoseTurnItIs) {
  (void)apply("r1");
  std::vector<std::string> of_web1;
  for (const history::ActionRecord& one : recorded("r1").actions) {
    if (one.host == "web1") of_web1.push_back(one.action.address + " " + std::string(name(one.action.outcome)));
  }
  EXPECT_EQ(of_web1, (std::vector<std::string>{"before@lb/chore:drain web1 changed", "note:/etc/one changed",
                                               "after@lb/chore:enable web1 changed",
                                               "after@controller/chore:announce changed"}));
}

TEST_F(AroundTest, AConditionSaysInWhichTurns) {
  balanced(
      "rollout:\n  around:\n    - on: lb\n      before:\n"
      "        - chore: once\n          does: once\n          when: host.name == 'web2'\n");
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kOk) << told_;
  EXPECT_EQ(log_, "web1 changed note:/etc/one\nweb2 changed before@lb/chore:once\nweb2 changed note:/etc/one\n");
}

}  // namespace
}  // namespace plumb::run
