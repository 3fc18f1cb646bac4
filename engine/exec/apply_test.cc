// The rules of an apply.
#include "engine/exec/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/judge.h"
#include "engine/exec/testing/toy_apply.h"

namespace plumb::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::EventKind;

// Tells of all attributes, whatever of them is different.
class WholeProvider : public BellProvider {
 public:
  Change diff(const Desired& desired, const Observed&) const override {
    Change change;
    change.op = Op::kUpdate;
    change.after = desired.attributes;
    return change;
  }
};

TEST_F(ApplyTest, ALargeContentIsFetchedWhenItsTurnComes) {
  const std::string name = large("one two three", {"one ", "two ", "three"});
  const wire::Done done = apply({writes_large("big", name)});
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kOk) << line_.events.back().text;
  EXPECT_EQ(text("big"), "one two three");
  // The next time it is there, and nothing is asked for.
  EXPECT_EQ(apply({writes_large("big", name)}).satisfied, 1);
  EXPECT_THAT(line_.fetched, ElementsAre(name));
}

// Whatever goes wrong on the way: the old file stays, and nothing else does.
TEST_F(ApplyTest, ALargeContentThatDoesNotComeWholeLeavesNothingBehind) {
  root_.write("/etc/big", "old");
  for (const std::vector<std::string>& pieces : {std::vector<std::string>{"other bytes"},         // another content
                                                 std::vector<std::string>{"one "},                // cut short
                                                 std::vector<std::string>{"one two three", "!"},  // too much
                                                 std::vector<std::string>{}}) {
    large_.clear();
    const wire::Done done = apply({writes_large("big", large("one two three", pieces))});
    EXPECT_EQ(done.failed, 1);
    EXPECT_EQ(text("big"), "old");
    EXPECT_THAT(names_in_etc(), ElementsAre("big"));
  }
  const std::string lost = large("never sent", {});
  line_.contents.clear();
  EXPECT_EQ(apply({writes_large("big", lost)}).failed, 1);
  EXPECT_THAT(line_.events.back().text, HasSubstr("the connection ended"));
  EXPECT_THAT(names_in_etc(), ElementsAre("big"));
}

TEST_F(ApplyTest, ChangesAndRecords) {
  const wire::Done done = apply({toy("a", "1"), toy("b", "2")});
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kOk);
  EXPECT_EQ(done.changed, 2);
  EXPECT_EQ(text("a") + text("b"), "12");
  const HostRecord record = load_record(folder_);
  EXPECT_EQ(record.serial, 1);
  EXPECT_EQ(record.resources.size(), 2U);
}

TEST_F(ApplyTest, NothingOfAnImageIsProbedOrOwed) {
  wire::Action change = toy("a", "1");
  change.triggers = {1};
  wire::Action probe;
  probe.desired = change.desired;
  probe.op = Op::kVerify;
  probe.triggered = true;
  probe.operations = {Probe{{"false"}, "", {0}, "", "", "", {200}, "", 1, 0, 1}};
  const wire::Done done = apply({change, probe});
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kOk);
  EXPECT_EQ(done.changed, 1);
  EXPECT_EQ(done.verified, 0);
  EXPECT_TRUE(done.owed.empty());
}

TEST_F(ApplyTest, WhatThePlanLeavesToALaterRunIsOwed) {
  wire::Action change = toy("a", "1");
  change.owes = {{"bell:x", Op::kRestart}};
  EXPECT_THAT(apply({change}).owed, ElementsAre("bell:x"));
  EXPECT_TRUE(load_record(folder_).owes("bell:x"));
  EXPECT_THAT(apply({change}).owed, ElementsAre("bell:x")) << "still, though nothing was done";
  apply({bell("x")});
  EXPECT_FALSE(load_record(folder_).owes("bell:x"));
}

TEST_F(ApplyTest, ARestartOfWhatIsLockedStaysOwed) {
  wire::Action change = toy("a", "1");
  change.triggers = {1};
  locks_ = {{"bell:*", "ada", "a trial", "", ""}};
  const wire::Done done = apply({change, bell("x")});
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kOk);
  EXPECT_EQ(done.changed, 1);
  EXPECT_EQ(done.skipped, 1);
  EXPECT_THAT(done.owed, ElementsAre("bell:x"));
  locks_.clear();
  apply({bell("x")});
  EXPECT_FALSE(load_record(folder_).owes("bell:x"));
}

TEST_F(ApplyTest, WhatIsThereAlreadyIsSatisfied) {
  const std::vector<wire::Action> actions = {toy("a", "1"), toy("b", "2")};
  root_.write("/etc/a", "1");
  EXPECT_EQ(apply(actions).changed, 1);
  EXPECT_THAT(ends(), ElementsAre(EventKind::kChanged, EventKind::kSatisfied));
  EXPECT_EQ(apply(actions).satisfied, 2);
  EXPECT_EQ(load_record(folder_).serial, 1);
}

TEST_F(ApplyTest, AnExplainedActionFollowsWhatItFinds) {
  wire::Action action = toy("a", "1");
  action.explained = true;
  root_.write("/etc/a", "what a package brought");
  EXPECT_EQ(apply({action}).changed, 1);
  EXPECT_EQ(text("a"), "1");
}

TEST_F(ApplyTest, AResultThatIsNotThePlannedOneDiverges) {
  const wire::Done done = apply({toy("a", "1", "other"), toy("b", "2")});
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kFailed);
  EXPECT_THAT(ends(), ::testing::Contains(EventKind::kDiverged));
  const HostRecord record = load_record(folder_);
  EXPECT_FALSE(record.resources.contains("toy:/etc/a"));
  EXPECT_EQ(record.unreported.front().outcome, JournalOutcome::kFailed);
}

TEST_F(ApplyTest, OnlyWhatIsDifferentIsTold) {
  const Kind kind = {
      .name = "whole", .provider = std::make_shared<WholeProvider>(), .operations = OperationSet::of<MakeDirectory>()};
  wire::Action action;
  action.op = Op::kUpdate;
  action.desired.address = {"", "whole", "one"};
  action.desired.attributes = {{"names", {"a"}}, {"fits", true}};
  Observed observed;
  observed.exists = true;
  observed.attributes = {{"names", {"b"}}, {"fits", true}};
  EXPECT_EQ(divergence(kind, action, observed)->summary,
            "whole:one is not as planned after the action: names is [\"b\"] instead of [\"a\"]");
}

TEST_F(ApplyTest, AfterAFailureTheRestIsSkipped) {
  wire::Action bad = toy("none/a", "1");
  wire::Action needs = toy("c", "3");
  needs.needs = {0};
  const std::vector<wire::Action> actions = {bad, toy("b", "2"), needs};
  wire::Done done = apply(actions);
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kFailed);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(done.skipped, 2);
  EXPECT_FALSE(root_.has("/etc/b"));
  done = apply(actions, true);
  EXPECT_EQ(done.changed, 1);
  EXPECT_EQ(done.skipped, 1);
  EXPECT_EQ(text("b"), "2");
  EXPECT_FALSE(root_.has("/etc/c"));
  EXPECT_THAT(line_.events.back().text, HasSubstr("toy:/etc/none/a"));
}

TEST_F(ApplyTest, ABellRingsOnceAndOnlyForAReason) {
  root_.write("/etc/a", "1");
  const auto actions = [this] {
    std::vector<wire::Action> out = {toy("a", "1"), toy("b", "2"), bell("x")};
    out[0].triggers = {2};
    out[1].triggers = {2};
    return out;
  };
  wire::Done done = apply(actions());
  EXPECT_EQ(done.changed, 2);
  EXPECT_TRUE(root_.has("/etc/rung-x"));
  EXPECT_TRUE(done.owed.empty());
  std::filesystem::remove(root_.at("/etc/rung-x"));
  EXPECT_EQ(apply(actions()).satisfied, 3);
  EXPECT_FALSE(root_.has("/etc/rung-x"));
}

TEST_F(ApplyTest, WhatAPlanCouldNotKnowOfABellIsDecidedWhenItsTurnComes) {
  std::vector<wire::Action> actions = {toy("a", "1"), bell("there"), bell("gone")};
  actions[0].triggers = {1, 2};
  for (std::size_t i : {1, 2}) {
    actions[i].explained = true;
    actions[i].operations.clear();
  }
  actions[2].desired.attributes["hangs"] = false;
  const wire::Done done = apply(actions);
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kOk);
  EXPECT_EQ(done.satisfied, 1);
  EXPECT_TRUE(done.owed.empty()) << "there is nothing that could see the change";
  EXPECT_FALSE(load_record(folder_).owes("bell:gone"));
  EXPECT_TRUE(root_.has("/etc/rung-there"));
  EXPECT_FALSE(root_.has("/etc/rung-gone"));
}

TEST_F(ApplyTest, WhatRanForItsOwnSakeIsNotRunOnceMore) {
  std::vector<wire::Action> actions = {toy("a", "1"), toy("b", "2"), bell("x")};
  actions[0].triggers = {2};
  actions[1].op = actions[2].op = Op::kRun;
  actions[2].desired = actions[1].desired;
  EXPECT_TRUE(apply(actions).owed.empty());
  EXPECT_FALSE(root_.has("/etc/rung-x"));
  root_.write("/etc/a", "0");
  actions[0] = toy("a", "1");
  actions[0].triggers = {2};
  EXPECT_TRUE(apply(actions).owed.empty()) << "what is as it is asked for does not run";
  EXPECT_TRUE(root_.has("/etc/rung-x"));
}

TEST_F(ApplyTest, WhatIsOwedIsDoneByTheNextRun) {
  std::vector<wire::Action> actions = {toy("a", "1"), toy("none/b", "2"), bell("x")};
  actions[0].triggers = {2};
  EXPECT_THAT(apply(actions).owed, ElementsAre("bell:x"));
  EXPECT_TRUE(load_record(folder_).owes("bell:x"));
  wire::Action again = bell("x");
  again.owed = true;
  const wire::Done done = apply({again});
  EXPECT_EQ(done.changed, 1);
  EXPECT_TRUE(done.owed.empty());
  EXPECT_EQ(apply({again}).satisfied, 1) << "it is not owed any more, whatever an old plan says";
}

TEST_F(ApplyTest, AStopEndsItAfterTheActionInHand) {
  wire::Action second = toy("b", "2");
  second.needs = {0};
  line_.stop_after = 0;
  const wire::Done done = apply({toy("a", "1"), second});
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kInterrupted);
  EXPECT_EQ(done.changed, 1);
  EXPECT_EQ(done.skipped, 1);
  EXPECT_FALSE(root_.has("/etc/b"));
}

TEST_F(ApplyTest, TheSamePlanIsAppliedOnce) {
  plan_ = "the-plan";
  EXPECT_EQ(apply({toy("a", "1")}).outcome, wire::DoneOutcome::kOk);
  root_.write("/etc/a", "changed since");
  const wire::Done done = apply({toy("a", "1")});
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kAlready);
  EXPECT_EQ(done.applied_by, "run-1");
  EXPECT_EQ(text("a"), "changed since");
}

TEST_F(ApplyTest, ASecondApplyWritesNothing) {
  (void)apply({toy("a", "1")});
  const auto stamp = [&] { return std::filesystem::last_write_time(root_.at(folder_.path() + "/record.json")); };
  const auto before = stamp();
  const auto folder = std::filesystem::last_write_time(root_.at(folder_.path()));
  wire::Apply request;
  request.project = "edge";
  request.run = "again";
  request.plan = "empty";
  request.resources = {{"toy:/etc/a", {{"path", "/etc/a"}, {"content", digest("1")}}}};
  RunLog log(folder_);
  EXPECT_EQ(exec::apply({registry_, system_, blobs_, folder_, log, line_, locks_}, request).outcome,
            wire::DoneOutcome::kOk);
  EXPECT_TRUE(log.save().has_value());
  EXPECT_EQ(stamp(), before);
  EXPECT_EQ(std::filesystem::last_write_time(root_.at(folder_.path())), folder);
}

TEST_F(ApplyTest, SecretsAreNotInTheStateFolder) {
  const std::string secret = "hunter2-and-more";
  const std::string sealed = keyed_digest("key", secret);
  secrets_ = {{sealed, secret}};
  wire::Action action = toy("a", "1");
  // A user that does not exist, named by a secret: the error must not tell it.
  action.desired.attributes["owner"] = sealed;
  action.desired.sensitive = {"owner"};
  action.operations = {WriteFile{"/etc/a", blob("1"), {sealed, {}, {}}, false, false, ""}};
  EXPECT_EQ(apply({action}).outcome, wire::DoneOutcome::kFailed);
  EXPECT_THAT(line_.events.back().text, ::testing::Not(HasSubstr(secret)));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root_.at("/var/lib/plumb"))) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path());
    EXPECT_THAT(std::string(std::istreambuf_iterator<char>(in), {}), ::testing::Not(HasSubstr(secret))) << entry.path();
  }
}

// A child that replaces 200 files is killed at some moment: each file is the whole old or the whole new one, and the
// next run leaves no temporary file.
TEST_F(ApplyTest, AKillLeavesEveryFileWhole) {
  constexpr int kFiles = 200;
  const std::string olds(3000, 'o');
  const std::string news(5000, 'n');
  for (int round = 0; round < 12; ++round) {
    const std::string& from = round % 2 == 0 ? olds : news;
    const std::string& to = round % 2 == 0 ? news : olds;
    for (int i = 0; i < kFiles; ++i) root_.write("/etc/f" + std::to_string(i), from);
    std::vector<wire::Action> actions;
    actions.reserve(kFiles);
    for (int i = 0; i < kFiles; ++i) actions.push_back(toy("f" + std::to_string(i), to));
    const pid_t child = ::fork();
    if (child == 0) {
      (void)apply(actions);
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(1500 * (round + 1) * (round + 1) / 2));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ++runs_;
    for (int i = 0; i < kFiles; ++i) {
      const std::string now = text("f" + std::to_string(i));
      ASSERT_TRUE(now == from || now == to) << "file " << i << " has " << now.size() << " bytes";
    }
    std::vector<wire::Action> rest;
    rest.reserve(kFiles);
    for (int i = 0; i < kFiles; ++i) rest.push_back(toy("f" + std::to_string(i), to));
    std::erase_if(rest, [](const wire::Action& action) { return action.op == Op::kNone; });
    ASSERT_EQ(apply(rest).outcome, wire::DoneOutcome::kOk);
    for (int i = 0; i < kFiles; ++i) ASSERT_EQ(text("f" + std::to_string(i)), to);
    for (const auto& entry : std::filesystem::directory_iterator(root_.at("/etc"))) {
      ASSERT_FALSE(entry.path().filename().string().starts_with(".plumb-")) << entry.path();
    }
  }
}

}  // namespace
}  // namespace plumb::exec
