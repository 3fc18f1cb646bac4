#include "engine/run/passed_readings.h"

#include <gtest/gtest.h>

#include "engine/testing/kinds.h"

namespace plumb::run {
namespace {

plan::Action note(const std::string& path) {
  plan::Action action;
  action.desired.address = {"", "note", path};
  action.desired.attributes = {{"at", path}, {"text", "x"}};
  action.op = Op::kCreate;
  return action;
}

// /etc/a came of the reading, /etc/mode is what it reads, and something is left.
plan::Plan planned() {
  plan::Plan plan;
  plan::HostPlan& host = plan.hosts["h"];
  plan::Actions actions;
  for (const char* path : {"/etc/a", "/etc/mode", "/etc/z"}) actions.push_back(note(path));
  host.actions = plan::ActionList(std::move(actions));
  host.readings = {{"mode", {{"file", "/etc/mode"}}, "sha256:0"},
                   {"other", {{"file", "/etc/other"}}, "sha256:0"},
                   {"asked", {{"command", "date"}}, "sha256:0"}};
  return plan;
}

history::RunRecord ran(std::initializer_list<ActionOutcome> outcomes) {
  history::RunRecord run;
  std::int64_t index = 0;
  for (const ActionOutcome outcome : outcomes) {
    history::ActionEntry entry;
    entry.index = index++;
    entry.outcome = outcome;
    run.actions.push_back({"h", entry});
  }
  return run;
}

using Passed = std::map<std::string, std::set<std::string>>;

TEST(PassedReadings, AreThoseThatWhatIsDoneHasChanged) {
  const Registry kinds = plumb::testing::made_up_kinds();
  EXPECT_EQ(passed_readings(planned(), ran({ActionOutcome::kChanged, ActionOutcome::kChanged, ActionOutcome::kFailed}),
                            kinds),
            (Passed{{"h", {"mode"}}}));
  EXPECT_EQ(passed_readings(planned(), ran({ActionOutcome::kSatisfied, ActionOutcome::kChanged}), kinds),
            (Passed{{"h", {"mode"}}}));
}

TEST(PassedReadings, AreNoneWhereSomethingBeforeIsNotDone) {
  const Registry kinds = plumb::testing::made_up_kinds();
  EXPECT_EQ(passed_readings(planned(), ran({ActionOutcome::kFailed, ActionOutcome::kChanged}), kinds), Passed());
  EXPECT_EQ(passed_readings(planned(), ran({ActionOutcome::kChanged, ActionOutcome::kFailed}), kinds), Passed());
  EXPECT_EQ(passed_readings(planned(), ran({}), kinds), Passed());
}

}  // namespace
}  // namespace plumb::run
