// Rules of the project stand between a plan and its hosts.
#include <gtest/gtest.h>

#include "engine/run/testing/apply_fixture.h"

namespace plumb::run {
namespace {

class ApplyPolicyTest : public ApplyTest {
 protected:
  void rules(const std::string& text, const std::string& hosts = "h[1:3]") {
    folder_.write("policy/rules.yaml", "plumb: v1\nrules:\n" + text);
    write("policy: [policy]\n", hosts);
  }
  bool told(const std::string& text) const { return told_.find(text) != std::string::npos; }
};

TEST_F(ApplyPolicyTest, WhatARuleDeniesIsNotBegun) {
  rules("  - {name: no-twos, when: action.identity == '/etc/two', deny: '${action.address}'}\n");
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kStale);
  EXPECT_FALSE(result.begun);
  EXPECT_TRUE(told("PL7101 `no-twos` forbids it: note:/etc/two\n")) << told_;
  EXPECT_EQ(hosts_.count("apply"), 0);
  EXPECT_TRUE(history_.runs(9)->empty());
}

TEST_F(ApplyPolicyTest, WhatARuleWarnsOfIsToldAndDone) {
  rules("  - {name: twos, when: action.identity == '/etc/two', warn: hm}\n");
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kOk);
  EXPECT_TRUE(told("PL7102 `twos` warns: hm\n")) << told_;
  EXPECT_EQ(recorded("r1").notes.count("policy policy"), 1U);
}

TEST_F(ApplyPolicyTest, ATicketIsAskedForAndKept) {
  rules("  - {name: paper, for: plan, require: {ticket: '^CHG-[0-9]+$'}, message: always}\n");
  ApplyRequest request;
  request.what = PlanRequest();
  EXPECT_EQ(apply(request, "r1").outcome, RunOutcome::kStale);
  request.standing.ticket = "later";
  EXPECT_EQ(apply(request, "r2").outcome, RunOutcome::kStale);
  EXPECT_EQ(hosts_.count("apply"), 0);
  request.standing.ticket = "CHG-7";
  EXPECT_EQ(apply(request, "r3").outcome, RunOutcome::kOk);
  EXPECT_EQ(recorded("r3").notes.at("ticket"), "CHG-7");
  EXPECT_FALSE(history_.verify()->broken.has_value());
}

TEST_F(ApplyPolicyTest, ApprovalsAreCountedAndNobodyHasApprovedAPlanOfNow) {
  rules("  - {name: two, for: plan, require: {approvals: 2}, message: always}\n");
  ApplyRequest request;
  request.what = PlanRequest();
  EXPECT_EQ(apply(request, "r1").outcome, RunOutcome::kStale);
  EXPECT_TRUE(told("this plan has none yet")) << told_;
  request.standing.approvals = [] { return Result<std::size_t>(std::size_t{1}); };
  EXPECT_EQ(apply(request, "r2").outcome, RunOutcome::kStale);
  request.standing.approvals = [] { return Result<std::size_t>(fail(Code::kNotApproved, "no signers")); };
  EXPECT_EQ(apply(request, "r3").outcome, RunOutcome::kStale);
  EXPECT_EQ(hosts_.count("apply"), 0);
  request.standing.approvals = [] { return Result<std::size_t>(std::size_t{2}); };
  EXPECT_EQ(apply(request, "r4").outcome, RunOutcome::kOk);
}

TEST_F(ApplyPolicyTest, AWindowOfARuleIsNotIgnoredAndMayClose) {
  rules(
      "  - {name: sundays, for: plan, require: {window: {days: [sun], from: \"02:00\", to: \"03:00\"}}, message: "
      "quiet}\n");
  const std::chrono::sys_seconds sunday(std::chrono::sys_days(std::chrono::January / 4 / 2026));
  std::chrono::sys_seconds time = sunday;
  ApplyRequest request;
  request.what = PlanRequest();
  request.window = WindowPolicy::kIgnore;
  request.clock = [&] { return time; };
  EXPECT_EQ(apply(request, "r1").outcome, RunOutcome::kStale);
  EXPECT_TRUE(told("`sundays` lets it be applied Sun from 02:00 to 03:00 UTC")) << told_;
  EXPECT_EQ(hosts_.count("apply"), 0);
  time = sunday + std::chrono::hours(2);
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kHostDone && event.result->outcome == HostOutcome::kOk)
      time = sunday + std::chrono::hours(4);
  };
  const ApplyResult result = apply(request, "r2");
  EXPECT_EQ(result.outcome, RunOutcome::kWindowClosed);
  EXPECT_EQ(outcomes(result),
            (Outcomes{{"h1", HostOutcome::kOk}, {"h2", HostOutcome::kHeld}, {"h3", HostOutcome::kHeld}}));
}

TEST_F(ApplyPolicyTest, RulesReadTheFactsThatThePlanWasMadeFrom) {
  rules("  - {name: facts, for: host, when: host.facts.hostname != '', deny: '${host.facts.hostname}'}\n");
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kStale);
  EXPECT_EQ(hosts_.count("apply"), 0);
}

}  // namespace
}  // namespace plumb::run
