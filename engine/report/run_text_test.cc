#include "engine/report/run_text.h"

#include <gmock/gmock.h>

namespace plumb::report {
namespace {

using testing::HasSubstr;

constexpr const char* kSamePlan = "plumb apply --resume R1";

class RunSummary : public testing::Test {
 protected:
  run::HostResult& host(const std::string& name, HostState state, const std::string& why = "") {
    run::HostResult& result = hosts_[name];
    result.name = name;
    result.state = state;
    if (!why.empty()) result.diagnostics.add(Diagnostic(Code::kConnect, why).on(name));
    plan_.hosts[name].actions = plan::ActionList(plan::Actions(1));
    return result;
  }
  std::string text() const { return run_summary(hosts_, plan_, "R1", way_on(hosts_, plan_, kSamePlan), false); }

  run::HostResults hosts_;
  plan::Plan plan_;
};

TEST_F(RunSummary, TellsEqualErrorsOnceAndHowToGoOn) {
  for (int i = 10; i < 40; ++i) {
    const std::string name = "web" + std::to_string(i);
    host(name, i < 20 ? HostState::kUnreachable : HostState::kOk, i < 20 ? name + " refused the login" : "");
  }
  host("db1", HostState::kFailed, "disk full");
  const std::string code = code_name(Code::kConnect);
  EXPECT_EQ(text(),
            "\nFirst error of each:\n"
            "  web[10:19]\n"
            "    " +
                code +
                ": <host> refused the login\n"
                "  db1\n"
                "    " +
                code +
                ": disk full\n"
                "\nNot done: hosts 20 ok, 1 failed, 10 unreachable; 0 changed. Run R1\n"
                "Go on with: plumb apply --resume R1\n");
}

TEST_F(RunSummary, LeavesTheErrorsOfFewHostsToWhatStandsAboveIt) {
  host("web1", HostState::kFailed, "disk full");
  host("web2", HostState::kFailed, "disk full");
  EXPECT_EQ(text(),
            "\n  web1  failed  0.0 s\n  web2  failed  0.0 s\n"
            "\nNot done: hosts 2 failed; 0 changed. Run R1\n"
            "Go on with: plumb apply --resume R1\n");
}

TEST_F(RunSummary, FitsOnAScreen) {
  for (int i = 100; i < 1000; ++i) {
    host("h" + std::to_string(i), HostState::kFailed, "error " + std::to_string(i) + std::string(300, 'x'));
  }
  const std::string out = text();
  EXPECT_LE(std::count(out.begin(), out.end(), '\n'), 23);
  EXPECT_THAT(out, HasSubstr("and 892 hosts with other errors"));
  hosts_.clear();
  plan_.hosts.clear();
  for (int i = 0; i < 10; ++i) host("h" + std::to_string(i), HostState::kFailed, "error " + std::to_string(i));
  const std::string few = text();
  EXPECT_LE(std::count(few.begin(), few.end(), '\n'), 24);
}

TEST_F(RunSummary, GoesOnWithANewPlanWhereThisOneCannot) {
  host("a", HostState::kOk);
  host("b", HostState::kFailed, "x").outcome = HostOutcome::kStale;
  EXPECT_EQ(way_on(hosts_, plan_, kSamePlan), "plumb plan --on 'b'");
  EXPECT_EQ(on_with_plan(hosts_, "R1", "p.json"), "plumb apply --resume R1");
  hosts_.begin()->second.strict = true;
  EXPECT_EQ(on_with_plan(hosts_, "R1", "p.json"), "plumb apply p.json");
  EXPECT_EQ(on_with_plan(hosts_, "R1", "my plan.json"), "plumb apply 'my plan.json'");
  hosts_.begin()->second.strict = false;
  host("c", HostState::kUnreachable, "y");
  EXPECT_EQ(way_on(hosts_, plan_, kSamePlan), kSamePlan);
  hosts_.erase("b");
  plan_.hosts.erase("c");
  EXPECT_EQ(way_on(hosts_, plan_, kSamePlan), "plumb apply --on 'c'");
  hosts_.erase("c");
  EXPECT_EQ(way_on(hosts_, plan_, kSamePlan), "");
}

TEST_F(RunSummary, AnUndoGoesOnWithTheUndoOfItsHosts) {
  plan_.scope.undoes = "R0";
  host("a", HostState::kOk);
  EXPECT_EQ(way_on(hosts_, plan_, ""), "");
  host("b", HostState::kFailed, "x").outcome = HostOutcome::kStale;
  host("c", HostState::kUnreachable, "y");
  plan_.hosts.erase("c");
  EXPECT_EQ(way_on(hosts_, plan_, kSamePlan), "plumb undo R0 --host b; plumb undo R0 --host c");
}

TEST_F(RunSummary, AnUndoWithStepsAroundTurnsGoesOnWithItself) {
  plan_.scope.undoes = "R0";
  host("a", HostState::kFailed, "what comes after its turn");
  plan::Action step;
  step.desired.address = {"after@lb", "chore", "enable"};
  plan_.hosts["a"].around.after = {{"lb", plan::ActionList({step})}};
  EXPECT_EQ(way_on(hosts_, plan_, kSamePlan), kSamePlan);
}

TEST_F(RunSummary, CountsHostsThatWereStoppedApart) {
  host("a", HostState::kOk);
  host("b", HostState::kFailed, "stopped").outcome = HostOutcome::kInterrupted;
  host("c", HostState::kNotStarted, "").outcome = HostOutcome::kNotStarted;
  EXPECT_THAT(text(), HasSubstr("Not done: hosts 1 ok, 1 not started, 1 interrupted; 0 changed."));
}

}  // namespace
}  // namespace plumb::report
