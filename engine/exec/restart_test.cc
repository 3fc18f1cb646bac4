// An apply that goes on after its host was restarted: what this run had settled by then is left alone. `toy` is a small
// file, `again` a restart that is due while there is a file that asks for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/testing/apply_fixture.h"

namespace plumb::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::DoneOutcome;
using wire::EventKind;

class AgainProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> out;
    for (std::size_t i = 0; i < desired.size(); ++i) {
      Observed observed;
      observed.exists = true;
      observed.attributes["due"] = system.read_file("/etc/due", 100).has_value();
      out.emplace_back(std::move(observed));
    }
    return out;
  }
  Change diff(const Desired&, const Observed& observed) const override {
    Change change;
    if (!observed.flag("due", false)) return change;
    change.op = Op::kRun;
    change.note = "/etc/due exists";
    change.before["due"] = true;
    change.after["due"] = false;
    change.operations = {Reboot{}};
    return change;
  }
};

class ListeningLine : public Line {
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

class RestartTest : public ApplyFixture {
 protected:
  RestartTest() {
    registry_.add({.name = "again",
                   .provider = std::make_shared<AgainProvider>(),
                   .operations = OperationSet::of<Reboot>(),
                   .runs = true});
  }
  wire::Action toy(const std::string& name) {
    const std::string path = "/etc/" + name;
    const std::string content = blob(name);
    wire::Action action;
    action.desired = {{"", "toy", path}, {{"path", path}, {"content", content}}, {}};
    action.op = Op::kCreate;
    action.after["content"] = content;
    action.operations = {WriteFile{path, content, {}, false, false, ""}};
    return action;
  }
  static wire::Action again() {
    wire::Action action;
    action.desired = {{"", "again", "it"}, Json::object(), {}};
    action.op = Op::kRun;
    action.before["due"] = true;
    action.after["due"] = false;
    action.operations = {Reboot{}};
    return action;
  }
  std::vector<EventKind> ends() const {
    std::vector<EventKind> kinds;
    for (const wire::Event& event : line_.events) {
      if (event.kind != EventKind::kStarted) kinds.push_back(event.kind);
    }
    return kinds;
  }
  bool is_there(const std::string& path) { return system_.read_file(path, 100).has_value(); }

  ListeningLine line_;
};

TEST_F(RestartTest, WhatWasSettledBeforeIsNotDoneAgain) {
  wire::Apply request;
  request.settled = {0};
  request.changed = {0};
  const wire::Done done = carry_out(request, {toy("a"), toy("b")}, line_);
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_EQ(done.satisfied, 1);
  EXPECT_EQ(done.changed, 1);
  EXPECT_THAT(ends(), ElementsAre(EventKind::kSatisfied, EventKind::kChanged));
  EXPECT_FALSE(is_there("/etc/a")) << "whatever became of it, it had its turn";
  EXPECT_TRUE(is_there("/etc/b"));
}

TEST_F(RestartTest, WhatFailedBeforeIsRemembered) {
  wire::Apply request;
  request.settled = {0, 1};
  request.failed = {0};
  request.skipped = {1};
  std::vector<wire::Action> actions = {toy("a"), toy("b"), toy("c"), toy("d")};
  actions[0].manner.may_fail = true;
  actions[2].needs = {0};
  const wire::Done done = carry_out(request, actions, line_);
  EXPECT_EQ(done.outcome, DoneOutcome::kOk);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(done.skipped, 2);
  EXPECT_EQ(done.changed, 1);
  EXPECT_FALSE(is_there("/etc/c"));
  EXPECT_TRUE(is_there("/etc/d"));
}

TEST_F(RestartTest, WhatItWasRestartedForHasToBeOver) {
  wire::Apply request;
  request.settled = {0};
  request.changed = {0};
  EXPECT_EQ(carry_out(request, {again(), toy("b")}, line_).outcome, DoneOutcome::kOk);
  line_.events.clear();
  root_.write("/etc/due", "");
  const wire::Done done = carry_out(request, {again(), toy("c")}, line_);
  EXPECT_EQ(done.outcome, DoneOutcome::kFailed);
  ASSERT_FALSE(line_.events.empty());
  EXPECT_EQ(line_.events[0].kind, EventKind::kDiverged);
  EXPECT_EQ(line_.events[0].text, "again:it asks for one more restart of the host: /etc/due exists");
  EXPECT_FALSE(is_there("/etc/c"));
}

TEST_F(RestartTest, NothingIsRestartedWhereNobodyIsThereToDoIt) {
  root_.write("/etc/due", "");
  const wire::Done done = carry_out({}, {again(), toy("b")}, line_);
  EXPECT_EQ(done.outcome, DoneOutcome::kFailed);
  ASSERT_FALSE(line_.events.empty());
  EXPECT_THAT(line_.events[0].text, HasSubstr("nobody is there who restarts the host"));
  EXPECT_FALSE(is_there("/etc/b"));
}

}  // namespace
}  // namespace plumb::exec
