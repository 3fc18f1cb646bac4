// How actions are carried out, whatever their kind: what may fail, what is tried again, what is there for the case of a
// failure; and what programs are given. `toy` is a small file.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/testing/apply_fixture.h"

namespace plumb::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::DoneOutcome;
using wire::EventKind;

// Calls when it is told of something.
class CallingLine : public Line {
 public:
  void send(std::span<const wire::Message> messages) override {
    for (const wire::Message& message : messages) {
      const auto* event = std::get_if<wire::Event>(&message);
      if (event == nullptr) continue;
      events.push_back(*event);
      if (event->kind == EventKind::kOutput && tried_again) tried_again(++outputs_);
    }
  }
  bool wants_stop() override { return stop; }
  void show_life() override {}
  Result<> fetch(const wire::LargeContent&, const ByteSink&) override { return {}; }

  std::vector<wire::Event> events;
  std::function<void(int)> tried_again;  // with how often that was
  bool stop = false;

 private:
  int outputs_ = 0;
};

class MannerTest : public ApplyFixture {
 protected:
  // That there be the file, as a plan would have it where there is none. It fails while its folder is missing.
  wire::Action toy(const std::string& name, const Manner& manner = {}) {
    const std::string path = "/etc/" + name;
    const std::string content = blob(name);
    wire::Action action;
    action.desired = {{"", "toy", path}, {{"path", path}, {"content", content}}, {}};
    action.op = Op::kCreate;
    action.after["content"] = content;
    action.operations = {WriteFile{path, content, {}, false, false, ""}};
    action.manner = manner;
    return action;
  }
  wire::Action rescue(const std::string& name, std::vector<std::size_t> of) {
    wire::Action action = toy(name);
    action.op = Op::kUpdate;
    action.explained = true;
    action.operations.clear();
    action.rescues = std::move(of);
    return action;
  }
  void make_folder(const std::string& name) { std::filesystem::create_directories(root_.at("/etc/" + name)); }

  wire::Done apply(std::vector<wire::Action> actions, bool keep_going = false) {
    wire::Apply request;
    request.plan = "the-plan";
    request.check_applied = true;
    request.keep_going = keep_going;
    line_.events.clear();
    return carry_out(std::move(request), std::move(actions), line_);
  }
  bool has(const std::string& name) const { return root_.has("/etc/" + name); }

  CallingLine line_;
};

constexpr Manner kMayFail{.may_fail = true};

TEST_F(MannerTest, AfterAFailureThatMayBeTheRestGoesOnButForWhatNeedsIt) {
  wire::Action needs = toy("needs");
  needs.needs = {0};
  const std::vector<wire::Action> actions = {toy("none/a", kMayFail), toy("b"), needs};
  wire::Done done = apply(actions);
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(done.changed, 1);
  EXPECT_EQ(done.skipped, 1);
  EXPECT_TRUE(has("b"));
  EXPECT_FALSE(has("needs"));
  EXPECT_FALSE(load_record(folder_).resources.contains("toy:/etc/none/a"));
  // It is not applied in full, so once more it is tried.
  make_folder("none");
  done = apply(actions);
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_EQ(done.changed, 2);
  EXPECT_EQ(apply(actions).outcome, DoneOutcome::kAlready);
}

TEST_F(MannerTest, AnotherFailureStopsAllTheSame) {
  const wire::Done done = apply({toy("none/a", kMayFail), toy("none/b"), toy("c")});
  EXPECT_EQ(done.outcome, DoneOutcome::kFailed);
  EXPECT_EQ(done.failed, 2);
  EXPECT_EQ(done.skipped, 1);
  EXPECT_THAT(line_.events.back().text, HasSubstr("since toy:/etc/none/b failed"));
}

TEST_F(MannerTest, ItIsTriedAgainUntilItComesOff) {
  line_.tried_again = [this](int time) {
    if (time == 2) make_folder("none");
  };
  const wire::Done done = apply({toy("none/a", {.tries = 3}), toy("b")});
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_EQ(done.changed, 2);
  EXPECT_EQ(root_.read("/etc/none/a"), "none/a");
  const auto changed = std::find_if(line_.events.begin(), line_.events.end(),
                                    [](const wire::Event& event) { return event.kind == EventKind::kChanged; });
  EXPECT_EQ(changed->text, "try 3 of 3");
  EXPECT_THAT(line_.events[1].text, HasSubstr("failed, and is tried again in 0 s: "));
}

TEST_F(MannerTest, OfManyFailuresTheLastIsTold) {
  const wire::Done done = apply({toy("none/a", {.tries = 2}), toy("b")});
  EXPECT_EQ(done.outcome, DoneOutcome::kFailed);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(std::count_if(line_.events.begin(), line_.events.end(),
                          [](const wire::Event& event) { return event.kind == EventKind::kFailed; }),
            1);
  EXPECT_THAT(line_.events[line_.events.size() - 2].text, HasSubstr("(try 2 of 2)"));
}

TEST_F(MannerTest, WhatIsThereBeforeTheNextTryNeedsNone) {
  line_.tried_again = [this](int) { root_.write("/etc/none/a", "none/a"); };
  const wire::Done done = apply({toy("none/a", {.tries = 9})});
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_EQ(done.changed, 1);
}

TEST_F(MannerTest, AStopEndsTheWaitForTheNextTry) {
  line_.tried_again = [this](int) { line_.stop = true; };
  const wire::Done done = apply({toy("none/a", {.tries = 9, .every_seconds = 600}), toy("b")});
  EXPECT_EQ(done.outcome, DoneOutcome::kInterrupted);
  EXPECT_EQ(done.failed, 1);
  EXPECT_FALSE(has("b"));
}

TEST_F(MannerTest, ARescueIsDoneOnlyWhereItsBlockFailed) {
  const std::vector<wire::Action> actions = {toy("x"), toy("none/a"), toy("b"), rescue("r", {1}), rescue("other", {0})};
  wire::Done done = apply(actions);
  EXPECT_EQ(done.outcome, DoneOutcome::kFailed);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(done.skipped, 2) << "what comes after the failure, and the rescue of what did not fail";
  EXPECT_TRUE(has("r"));
  EXPECT_FALSE(has("other"));
  EXPECT_FALSE(has("b"));
  HostRecord record = load_record(folder_);
  EXPECT_TRUE(record.resources.contains("toy:/etc/r"));
  EXPECT_FALSE(record.resources.contains("toy:/etc/other"));
}

TEST_F(MannerTest, ARescueThatIsNotCalledForLeavesNothing) {
  const std::vector<wire::Action> actions = {toy("a"), rescue("r", {0}), toy("b")};
  const wire::Done done = apply(actions);
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_EQ(done.changed, 2);
  EXPECT_EQ(done.satisfied, 1);
  EXPECT_FALSE(has("r"));
  EXPECT_FALSE(load_record(folder_).resources.contains("toy:/etc/r"));
  EXPECT_EQ(apply(actions).outcome, DoneOutcome::kAlready);
}

TEST_F(MannerTest, WhereTheBlockMayFailTheHostGoesOnBehindItsRescue) {
  const wire::Done done = apply({toy("none/a", kMayFail), rescue("r", {0}), toy("b")});
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_EQ(done.changed, 2);
  EXPECT_TRUE(has("r"));
  EXPECT_TRUE(has("b"));
}

TEST_F(MannerTest, ARescueThatFailsIsTheLast) {
  const wire::Done done = apply({toy("none/a"), rescue("none/r", {0}), rescue("s", {0})});
  EXPECT_EQ(done.outcome, DoneOutcome::kFailed);
  EXPECT_EQ(done.failed, 2);
  EXPECT_FALSE(has("s"));
}

TEST(ProgramsOfAnAction, HaveItsVariablesAndItsTime) {
  LocalSystem system(must(RootFiles::at("/")));
  ProcessRequest request;
  request.argv = {"/bin/sh", "-c", "echo $A$B"};
  request.env = {{"B", "own"}};
  system.set_env({{"A", "given "}, {"B", "given"}});
  EXPECT_EQ(must(system.run(request)).output, "given own\n");
  EXPECT_EQ(must(system.run_keeping_end(request)).output, "given own\n");
  system.set_env({});
  EXPECT_EQ(must(system.run(request)).output, "own\n");

  request.argv = {"sleep", "60"};
  request.may_be_late = true;
  system.set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(200));
  EXPECT_TRUE(must(system.run(request)).timed_out);
  const auto late = system.run(request);
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code(), Code::kProgramTimeout);
  system.set_deadline(std::nullopt);
  request.argv = {"true"};
  EXPECT_EQ(must(system.run(request)).exit_code, 0);
}

wire::Action package(const std::string& name, const Manner& manner = {}) {
  wire::Action action;
  action.desired = {{"", "package", name}, Json::object(), {}};
  action.op = Op::kCreate;
  action.operations = {PackageTransaction{"apt", {{name, ""}}, {}, false, false}};
  action.manner = manner;
  return action;
}

TEST(Transactions, LeaveAloneWhatMayFailOrIsTriedAgain) {
  const std::vector<wire::Action> actions = {
      package("a"), package("b"), package("c", kMayFail), package("d", {.tries = 2}), package("e"), package("f")};
  const auto found = transactions(actions);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(found.at(1), ElementsAre(0, 1));
  EXPECT_THAT(found.at(5), ElementsAre(4, 5));
}

TEST(Transactions, AreOfOneTimeAndOfTheSameVariables) {
  std::vector<wire::Action> actions = {package("a"), package("b", {.timeout_seconds = 60}),
                                       package("c", {.timeout_seconds = 60}), package("d", {.timeout_seconds = 60})};
  actions[3].desired.env = {{"http_proxy", "http://proxy:3128"}};
  const auto found = transactions(actions);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_THAT(found.at(2), ElementsAre(1, 2));
}

}  // namespace
}  // namespace plumb::exec
