// Actions whose conditions are decided when their turn comes, by readings of the host as it is then. `toy` is a small
// file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/journal.h"
#include "engine/exec/testing/apply_fixture.h"
#include "providers/sdk/turn_condition.h"

namespace plumb::exec {
namespace {

using ::testing::HasSubstr;
using wire::DoneOutcome;
using wire::EventKind;

class NotingLine : public Line {
 public:
  void send(std::span<const wire::Message> messages) override {
    for (const wire::Message& message : messages) {
      if (const auto* event = std::get_if<wire::Event>(&message)) events.push_back(*event);
    }
  }
  bool wants_stop() override { return false; }
  void show_life() override {}
  Result<> fetch(const wire::LargeContent&, const ByteSink&) override { return {}; }

  std::vector<wire::Event> events;
};

// That the file /etc/version holds this number.
Json version_is(int version) {
  const Json test = {{"equal", {{{"reading", "version"}}, {{"value", version}}}}};
  return to_json(TurnCondition{{{"version", {{"file", "/etc/version"}}, "integer", 0}}, test, "as written"});
}

class ConditionsTest : public ApplyFixture {
 protected:
  ConditionsTest() { std::filesystem::create_directories(root_.at("/etc")); }

  // As a plan would have it where there is none.
  wire::Action toy(const std::string& name, const std::string& text) {
    const std::string path = "/etc/" + name;
    wire::Action action;
    action.desired = {{"", "toy", path}, {{"path", path}, {"content", blob(text)}}, {}};
    action.op = Op::kCreate;
    action.after["content"] = digest(text);
    action.operations = {WriteFile{path, digest(text), {}, false, false, ""}};
    return action;
  }
  wire::Action in_turn(const std::string& name, const Json& when) {
    wire::Action action = toy(name, name);
    action.op = Op::kUpdate;
    action.explained = true;
    action.operations.clear();
    action.needs = {0};
    action.when = when;
    return action;
  }
  wire::Done apply(std::vector<wire::Action> actions) {
    line_.events.clear();
    return carry_out({}, std::move(actions), line_);
  }
  const wire::Event& last_of(std::size_t index) const {
    return *std::find_if(line_.events.rbegin(), line_.events.rend(),
                         [&](const wire::Event& event) { return event.index == index; });
  }
  bool has(const std::string& name) const { return root_.has("/etc/" + name); }

  NotingLine line_;
};

TEST_F(ConditionsTest, WhatHoldsThenIsDoneAndTheRestIsLeft) {
  const wire::Done done = apply({toy("version", "15"), in_turn("new", version_is(15)), in_turn("old", version_is(14))});
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_EQ(done.changed, 2);
  EXPECT_EQ(done.satisfied, 1);
  EXPECT_TRUE(has("new"));
  EXPECT_FALSE(has("old"));
  EXPECT_EQ(last_of(1).kind, EventKind::kChanged);
  EXPECT_EQ(last_of(1).text, "readings.version told 15");
  EXPECT_EQ(last_of(2).kind, EventKind::kSatisfied);
  EXPECT_EQ(last_of(2).text, "skipped: readings.version told 15");
}

TEST_F(ConditionsTest, WhatWasLeftIsNotInTheRecordAndInTheJournal) {
  apply({toy("version", "15"), in_turn("old", version_is(14))});
  EXPECT_FALSE(load_record(folder_).resources.contains("toy:/etc/old"));
  RunLog log(folder_);
  wire::Apply request;
  request.project = "edge";
  request.run = "another";
  request.plan = "plan";
  request.actions = {in_turn("old", version_is(14))};
  request.actions[0].needs.clear();
  (void)exec::apply({registry_, system_, blobs_, folder_, log, line_, {}}, request);
  const std::vector<JournalEntry> entries = read_journal(folder_).entries;
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(std::get<Outcome>(entries[0]).text, "skipped: readings.version told 15");
}

// What one action changes decides about the next resource, and not about the rest of its own.
TEST_F(ConditionsTest, AResourceIsDecidedOnOnceAndTheNextAnew) {
  wire::Action set_off = in_turn("first", version_is(0));
  set_off.op = Op::kRestart;
  set_off.triggered = true;
  set_off.needs = {0};
  set_off.operations = {WriteFile{"/etc/set_off", blob("x"), {}, false, false, ""}};
  wire::Action first = in_turn("first", version_is(0));
  first.needs.clear();
  first.triggers = {2};
  wire::Action version = in_turn("version", version_is(0));
  version.needs.clear();
  version.desired.attributes["content"] = version.after["content"] = blob("7");
  const wire::Done done =
      apply({first, version, set_off, in_turn("later", version_is(0)), in_turn("seven", version_is(7))});
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_TRUE(has("first"));
  EXPECT_TRUE(has("set_off"));
  EXPECT_FALSE(has("later"));
  EXPECT_TRUE(has("seven"));
}

TEST_F(ConditionsTest, WhatWouldBeSetOffOnWhatIsNotThereIsNotOwed) {
  wire::Action set_off = in_turn("old", version_is(14));
  set_off.op = Op::kRestart;
  set_off.triggered = true;
  wire::Action version = toy("version", "15");
  version.triggers = {1};
  const wire::Done done = apply({version, set_off});
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_EQ(done.satisfied, 1);
  EXPECT_THAT(done.owed, ::testing::IsEmpty());
}

TEST_F(ConditionsTest, AReadingThatCannotBeHadFailsTheAction) {
  const wire::Done done = apply({toy("version", "fifteen"), in_turn("new", version_is(15)), toy("behind", "x")});
  EXPECT_EQ(done.outcome, DoneOutcome::kFailed);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(done.skipped, 1);
  EXPECT_FALSE(has("new"));
  EXPECT_THAT(last_of(1).text, HasSubstr("the reading `version`: what it told is no integer"));
}

TEST_F(ConditionsTest, WhatItNeedsAndFailedDecidesNothing) {
  wire::Action broken = toy("none/version", "15");
  broken.manner.may_fail = true;
  const wire::Done done = apply({broken, in_turn("new", version_is(0))});
  EXPECT_EQ(done.skipped, 1);
  EXPECT_FALSE(has("new"));
}

}  // namespace
}  // namespace plumb::exec
