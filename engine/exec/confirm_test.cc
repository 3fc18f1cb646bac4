// Changes that must be confirmed, in conversations with an executor on a scratch root.
#include <algorithm>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/testing/client.h"
#include "providers/sdk/provider.h"

namespace plumb::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ConfirmTest : public ::testing::Test {
 protected:
  ConfirmTest() { root_.write("/etc/line", "old"); }

  // Applies a new content for /etc/line over this connection.
  std::optional<wire::Done> change(TestClient& client, int within) {
    wire::Action action;
    action.desired = {{"", "note", "/etc/line"}, {{"at", "/etc/line"}, {"text", digest("new")}}, {}};
    action.op = Op::kUpdate;
    action.before = {{"text", digest("old")}};
    action.after = {{"text", digest("new")}};
    action.operations = {WriteFile{"/etc/line", digest("new"), {}, false, false, ""}};
    action.confirm_within = within;
    wire::Apply apply;
    apply.project = "edge";
    apply.run = "run-1";
    apply.plan = "plan-1";
    apply.check_applied = true;
    apply.actions = {action};
    apply.resources = {{"note:/etc/line", action.desired.attributes}};
    client.blob("new");
    client.send(apply);
    return client.expect<wire::Done>();
  }
  wire::Confirmation confirm() {
    TestClient client(root_.path());
    client.send(wire::Confirm{"edge", "run-1"});
    return client.expect<wire::Confirmation>().value_or(wire::Confirmation{});
  }
  // What the host says once it has settled; it is asked for twenty seconds at most.
  wire::Confirmation settled() {
    for (int i = 0; i < 200; ++i) {
      if (wire::Confirmation answer = ask_record(); answer.outcome == wire::ConfirmOutcome::kUndone) return answer;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return {};
  }
  bool waits() const { return root_.has("/var/lib/plumb/edge/undo.json"); }
  std::vector<std::string> state_files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(root_.at("/var/lib/plumb/edge"))) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  ScratchRoot root_;

 private:
  // A question that confirms nothing as long as something waits.
  wire::Confirmation ask_record() { return waits() ? wire::Confirmation{} : confirm(); }
};

TEST_F(ConfirmTest, WhatIsConfirmedInTimeStays) {
  TestClient client(root_.path());
  const auto done = change(client, 4);
  ASSERT_TRUE(done.has_value()) << (client.refusal ? client.refusal->summary : "");
  EXPECT_EQ(done->confirm_within, 4);
  EXPECT_TRUE(waits());
  EXPECT_EQ(confirm().outcome, wire::ConfirmOutcome::kConfirmed);
  EXPECT_EQ(confirm().outcome, wire::ConfirmOutcome::kNothing);
  std::this_thread::sleep_for(std::chrono::milliseconds(4500));
  EXPECT_EQ(root_.read("/etc/line"), "new");
  client.end_of_stream();
  EXPECT_EQ(client.wait(), 0);
  EXPECT_THAT(state_files(), ElementsAre("record.json"));
}

TEST_F(ConfirmTest, WhatNobodyConfirmsIsPutBackAndCanBeAppliedAgain) {
  TestClient client(root_.path());
  ASSERT_TRUE(change(client, 3).has_value());
  EXPECT_EQ(root_.read("/etc/line"), "new");
  const wire::Confirmation answer = settled();
  EXPECT_THAT(answer.undone, ElementsAre("note:/etc/line"));
  EXPECT_THAT(answer.problems, IsEmpty());
  EXPECT_EQ(root_.read("/etc/line"), "old");
  // The executor was ended, so that it cannot say what is no longer true.
  const int status = client.wait();
  EXPECT_TRUE(WIFSIGNALED(status));

  TestClient next(root_.path());
  next.send(wire::Observe{"edge", "", {}});
  const auto record = next.expect<wire::Record>();
  ASSERT_TRUE(record.has_value());
  EXPECT_FALSE(record->resources.contains("note:/etc/line"));
  ASSERT_EQ(record->unreported.size(), 1U);
  EXPECT_EQ(record->unreported[0].outcome, JournalOutcome::kUndone);
  const auto again = change(next, 0);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->outcome, wire::DoneOutcome::kOk);
  EXPECT_EQ(again->changed, 1);
}

TEST_F(ConfirmTest, ItOutlivesAnExecutorThatIsKilled) {
  TestClient client(root_.path());
  ASSERT_TRUE(change(client, 1).has_value());
  client.kill();
  EXPECT_THAT(settled().undone, ElementsAre("note:/etc/line"));
  EXPECT_EQ(root_.read("/etc/line"), "old");
}

TEST_F(ConfirmTest, ItOutlivesALineThatIsCut) {
  TestClient client(root_.path());
  ASSERT_TRUE(change(client, 1).has_value());
  client.cut();
  EXPECT_THAT(settled().undone, ElementsAre("note:/etc/line"));
  EXPECT_EQ(root_.read("/etc/line"), "old");
}

TEST_F(ConfirmTest, NobodyElseBeginsWhileSomethingWaits) {
  TestClient client(root_.path());
  ASSERT_TRUE(change(client, 30).has_value());
  client.end_of_stream();
  client.wait();
  TestClient other(root_.path());
  EXPECT_FALSE(change(other, 0).has_value());
  ASSERT_TRUE(other.refusal.has_value());
  EXPECT_EQ(other.refusal->code, Code::kHostLocked);
  EXPECT_EQ(confirm().outcome, wire::ConfirmOutcome::kConfirmed);
}

TEST_F(ConfirmTest, WhatWaitedWhenTheHostWentDownIsUndoneByTheNextContact) {
  // As after a reboot: a list, and no watchdog.
  root_.write("/var/lib/plumb/edge/undo/" + digest("older").substr(7), "older");
  const Json write = {{"write_file", {{"path", "/etc/line"}, {"content", digest("older")}}}};
  const Json step = {{"address", "note:/etc/line"}, {"op", "update"}, {"operations", Json::array({write})}};
  const Json list = {{"plumb", "undo/v1"},    {"run", "run-0"},   {"plan", "plan-0"},
                     {"within", 60},          {"complete", true}, {"steps", Json::array({step})},
                     {"again", Json::array()}};
  const auto leave = [&] { root_.write("/var/lib/plumb/edge/undo.json", canonical(list)); };
  leave();
  {
    TestClient client(root_.path());
    EXPECT_FALSE(change(client, 0).has_value());
    ASSERT_TRUE(client.refusal.has_value());
    EXPECT_EQ(client.refusal->code, Code::kNotConfirmed);
    EXPECT_EQ(root_.read("/etc/line"), "older");
  }
  root_.write("/etc/line", "new");
  root_.write("/var/lib/plumb/edge/undo/" + digest("older").substr(7), "older");
  leave();
  TestClient client(root_.path());
  client.send(wire::Observe{"edge", "", {}});
  const auto record = client.expect<wire::Record>();
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->unreported.at(0).outcome, JournalOutcome::kUndone);
  EXPECT_EQ(root_.read("/etc/line"), "older");
}

}  // namespace
}  // namespace plumb::exec
