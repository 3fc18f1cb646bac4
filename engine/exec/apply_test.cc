// The rules of an apply, with kinds made for the purpose: `toy` is a small file, `bell` answers when it is rung.
#include "engine/exec/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/judge.h"
#include "engine/exec/testing/apply_fixture.h"

namespace plumb::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::EventKind;

class BellProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System&) const override {
    std::vector<Result<Observed>> out;
    for (std::size_t i = 0; i < desired.size(); ++i) {
      Observed observed;
      observed.exists = desired[i]->flag("there", true);
      out.emplace_back(std::move(observed));
    }
    return out;
  }
  Change diff(const Desired&, const Observed&) const override { return {}; }
  Change triggered(const Desired& desired, const Observed&, Op op) const override {
    Change change;
    if (!desired.flag("hangs", true)) return change;
    change.op = op;
    change.operations.push_back(MakeDirectory{"/etc/rung-" + desired.address.identity, {}, false});
    return change;
  }
};

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

// A toy that cannot be made without the file that it names.
class StandingProvider : public ToyProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> found = ToyProvider::observe(desired, system);
    for (std::size_t i = 0; i < desired.size(); ++i) {
      const std::string stands_on = desired[i]->text("stands_on");
      if (!must(system.stat(stands_on, false))) found[i]->missing.push_back({{"", "toy", stands_on}, "stands_on"});
    }
    return found;
  }
};

// One that a wall is in the way of, which somebody may have put there.
class WalledProvider : public ToyProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> found = ToyProvider::observe(desired, system);
    for (Result<Observed>& one : found) {
      if (must(system.stat("/etc/wall", false)))
        one->obstacle = Diagnostic(Code::kRefusedByState, "a wall is in the way");
    }
    return found;
  }
  std::vector<std::string> manages_paths(const Desired& desired) const override { return {desired.text("path")}; }
  bool is_foreseeable(const Desired&) const override { return true; }
};

class TestLine : public Line {
 public:
  void send(std::span<const wire::Message> messages) override {
    for (const wire::Message& message : messages) {
      if (const auto* event = std::get_if<wire::Event>(&message)) events.push_back(*event);
    }
  }
  bool wants_stop() override { return stop_after >= 0 && static_cast<int>(events.size()) > stop_after; }

  void show_life() override { ++signs_of_life; }
  Result<> fetch(const wire::LargeContent& content, const ByteSink& take) override {
    fetched.push_back(content.digest);
    const auto found = contents.find(content.digest);
    if (found == contents.end()) return fail(Code::kConnectionLost, "the connection ended");
    for (const std::string& piece : found->second) PLUMB_TRY(take(piece));
    return {};
  }

  std::vector<wire::Event> events;
  std::map<std::string, std::vector<std::string>> contents;  // what the controller has, in pieces
  std::vector<std::string> fetched;
  int signs_of_life = 0;
  int stop_after = -1;  // events
};

class ApplyTest : public ApplyFixture {
 protected:
  ApplyTest() {
    registry_.add({.name = "bell", .provider = std::make_shared<BellProvider>(), .operations = {}});
    registry_.add({.name = "standing", .provider = std::make_shared<StandingProvider>(), .operations = {}});
    registry_.add({.name = "walled", .provider = std::make_shared<WalledProvider>(), .operations = {}});
  }

  std::string text(const std::string& name) const { return root_.read("/etc/" + name); }

  // A content that is only named; the controller sends these pieces when it is asked.
  std::string large(const std::string& bytes, std::vector<std::string> pieces) {
    line_.contents[digest(bytes)] = std::move(pieces);
    large_.push_back({digest(bytes), bytes.size()});
    return digest(bytes);
  }
  std::vector<std::string> names_in_etc() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(root_.at("/etc"))) {
      if (const std::string name = entry.path().filename(); name != "passwd" && name != "group") names.push_back(name);
    }
    return names;
  }
  wire::Action writes_large(const std::string& name, const std::string& digest) {
    wire::Action action = toy(name, "small");
    action.desired.attributes["content"] = digest;
    action.after["content"] = digest;
    action.operations = {WriteFile{"/etc/" + name, digest, {}, false, false, ""}};
    return action;
  }

  // As a plan would have it from the state of now.
  wire::Action toy(const std::string& name, const std::string& content, const std::string& writes = {}) {
    wire::Action action;
    const std::string path = "/etc/" + name;
    action.desired = {{"", "toy", path}, {{"path", path}, {"content", blob(content)}}, {}};
    if (!writes.empty()) action.desired.attributes["writes"] = blob(writes);
    const Desired* desired = &action.desired;
    const ToyProvider provider;
    const Change change = provider.diff(action.desired, *provider.observe({&desired, 1}, system_)[0]);
    action.op = change.op;
    action.before = change.before;
    action.after = change.after;
    action.operations = change.operations;
    return action;
  }
  wire::Action bell(const std::string& name) {
    wire::Action action;
    action.desired = {{"", "bell", name}, Json::object(), {}};
    action.op = Op::kRestart;
    action.triggered = true;
    action.operations = {WriteFile{"/etc/rung-" + name, blob("rung"), {}, false, false, ""}};
    return action;
  }

  wire::Done apply(std::vector<wire::Action> actions, bool keep_going = false) {
    wire::Apply request;
    request.plan = plan_;
    request.check_applied = !plan_.empty();
    request.keep_going = keep_going;
    request.secrets = secrets_;
    request.key = "key";
    request.contents = large_;
    line_.events.clear();
    return carry_out(std::move(request), std::move(actions), line_, locks_);
  }
  std::vector<EventKind> ends() const {
    std::vector<EventKind> out;
    for (const wire::Event& event : line_.events) {
      if (event.kind != EventKind::kStarted && event.kind != EventKind::kOutput) out.push_back(event.kind);
    }
    return out;
  }

  std::vector<wire::ItemLock> locks_;
  TestLine line_;
  std::string plan_;
  std::map<std::string, Json> secrets_;
  std::vector<wire::LargeContent> large_;
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

TEST_F(ApplyTest, AHostThatMovedIsRefusedBeforeItsFirstChange) {
  root_.write("/etc/b", "old");
  const std::vector<wire::Action> actions = {toy("a", "1"), toy("b", "2"), toy("c", "3")};
  root_.write("/etc/b", "somebody was here");
  root_.write("/etc/c", "and here");
  const wire::Done done = apply(actions);
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kStale);
  EXPECT_THAT(ends(), ElementsAre(EventKind::kStale, EventKind::kStale));
  EXPECT_EQ(line_.events[0].index, 1U);
  EXPECT_THAT(line_.events[1].text, HasSubstr("exists already"));
  EXPECT_FALSE(root_.has("/etc/a"));
  EXPECT_FALSE(root_.has("/var/lib/plumb"));
}

TEST_F(ApplyTest, WhatAnActionStandsOnIsMissedBeforeTheFirstChange) {
  const auto standing = [&] {
    wire::Action action = toy("b", "2");
    action.desired.address.kind = "standing";
    action.desired.attributes["stands_on"] = "/etc/ground";
    return action;
  };
  EXPECT_EQ(apply({toy("a", "1"), standing()}).outcome, wire::DoneOutcome::kStale);
  EXPECT_THAT(line_.events.back().text, HasSubstr("/etc/ground is not there any more"));
  EXPECT_FALSE(root_.has("/etc/a"));
  // What it needs of this plan brings it.
  wire::Action needing = standing();
  needing.needs = {0};
  EXPECT_EQ(apply({toy("ground", "0"), needing}).outcome, wire::DoneOutcome::kOk);
  // Or it is found when its turn comes.
  root_.write("/etc/b", "3");
  wire::Action later = standing();
  later.explained = true;
  std::filesystem::remove(root_.at("/etc/ground"));
  EXPECT_EQ(apply({later}).outcome, wire::DoneOutcome::kOk);
}

TEST_F(ApplyTest, WhatWillBeInTheWayOfWhatIsDecidedLaterIsMissedBeforeTheFirstChange) {
  wire::Action later = toy("b", "2");
  later.desired.address.kind = "walled";
  later.explained = true;
  root_.write("/etc/wall", "");
  EXPECT_EQ(apply({toy("b", "1"), later}).outcome, wire::DoneOutcome::kStale);
  EXPECT_THAT(line_.events.back().text, HasSubstr("no longer as the plan saw it: a wall is in the way"));
  EXPECT_FALSE(root_.has("/etc/b"));
  // What a program does before it nobody sees, and it may take the wall away.
  wire::Action opaque = toy("a", "1");
  plumb::Run program;
  program.argv = {"true"};
  opaque.operations.emplace_back(program);
  EXPECT_NE(apply({opaque, toy("b", "1"), later}).outcome, wire::DoneOutcome::kStale);
  std::filesystem::remove(root_.at("/etc/b"));
  std::filesystem::remove(root_.at("/etc/wall"));
  EXPECT_EQ(apply({toy("b", "1"), later}).outcome, wire::DoneOutcome::kOk);
}

TEST_F(ApplyTest, WhatIsToBeRestartedAndIsGoneIsMissedBeforeTheFirstChange) {
  std::vector<wire::Action> actions = {toy("a", "1"), bell("x")};
  actions[0].triggers = {1};
  actions[1].desired.attributes["there"] = false;
  EXPECT_EQ(apply(actions).outcome, wire::DoneOutcome::kStale);
  EXPECT_THAT(line_.events.back().text, HasSubstr("it does not exist any more"));
  EXPECT_FALSE(root_.has("/etc/a"));
  // What an action before it may bring is found when its turn comes.
  actions[1].explained = true;
  EXPECT_EQ(apply(actions).outcome, wire::DoneOutcome::kOk);
}

TEST_F(ApplyTest, WhoAProgramRunsAsIsMissedBeforeTheFirstChange) {
  wire::Action run = toy("b", "2");
  run.op = Op::kRun;
  run.explained = true;
  plumb::Run program;
  program.argv = {"true"};
  wire::Action brings = toy("a", "1");
  brings.operations.emplace_back(program);
  program.user = "deploy";
  run.operations = {program};
  EXPECT_EQ(apply({toy("a", "1"), run}).outcome, wire::DoneOutcome::kStale);
  EXPECT_THAT(line_.events.back().text, HasSubstr("the user `deploy` does not exist any more"));
  EXPECT_FALSE(root_.has("/etc/a"));
  // Who comes, or goes, by the plan itself is another thing.
  run.needs = {0};
  EXPECT_NE(apply({brings, run}).outcome, wire::DoneOutcome::kStale);
  wire::Action gone = toy("c", "1");
  gone.op = Op::kDelete;
  gone.desired.address.identity = "deploy";
  run.needs.clear();
  EXPECT_NE(apply({run, gone}).outcome, wire::DoneOutcome::kStale);
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
