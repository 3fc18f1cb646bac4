// Locks on resources, in conversations with an executor on a scratch root.
#include "engine/exec/item_locks.h"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

class ItemLocksTest : public ::testing::Test {
 protected:
  wire::ChangeLocks lock(const std::string& owner, const std::string& items, std::int64_t seconds = 3600) {
    wire::ChangeLocks request{"edge", owner, {items}, seconds, "a trial", {}, false, false};
    return request;
  }
  wire::ChangeLocks unlock(const std::string& owner, const std::vector<std::string>& items, bool force = false) {
    return {"edge", owner, {}, 0, "", items, items.empty(), force};
  }
  std::optional<wire::Locks> ask(const wire::ChangeLocks& request) {
    TestClient client(root_.path());
    client.send(request);
    std::optional<wire::Locks> answer = client.expect<wire::Locks>();
    refusal_ = client.refusal;
    return answer;
  }
  std::vector<std::string> items() {
    TestClient client(root_.path());
    client.send(wire::Observe{"edge", "", {}});
    std::vector<std::string> names;
    const auto record = client.expect<wire::Record>();
    if (!record) return {"no record"};
    for (const wire::ItemLock& one : record->locks) names.push_back(one.owner + " " + one.items);
    return names;
  }
  // Writes "new" into files, the second of which needs the first.
  std::optional<wire::Done> change(TestClient& client) {
    wire::Apply apply;
    apply.project = "edge";
    apply.run = "run-1";
    apply.plan = "plan-1";
    apply.check_applied = true;
    for (const char* name : {"/etc/a", "/etc/b", "/etc/c"}) {
      const std::string path = name;
      wire::Action action;
      action.desired = {{"", "note", path}, {{"at", path}, {"text", digest("new")}}, {}};
      action.op = Op::kUpdate;
      action.before = {{"text", digest("old")}};
      action.after = {{"text", digest("new")}};
      action.operations = {WriteFile{path, digest("new"), {}, false, false, ""}};
      if (path == "/etc/b") action.needs = {0};
      apply.resources["note:" + path] = action.desired.attributes;
      apply.actions.push_back(std::move(action));
    }
    client.blob("new");
    client.send(apply);
    return client.expect<wire::Done>();
  }

  ScratchRoot root_;
  std::optional<Diagnostic> refusal_;
};

using Names = std::vector<std::string>;

TEST_F(ItemLocksTest, ALockIsToldToWhoeverObservesUntilItsTimeIsOver) {
  ASSERT_TRUE(ask(lock("ada", "note:/etc/a", 4)));
  ASSERT_TRUE(ask(lock("ada", "note:/etc/b")));
  EXPECT_EQ(items(), (Names{"ada note:/etc/a", "ada note:/etc/b"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(4100));
  EXPECT_EQ(items(), (Names{"ada note:/etc/b"}));
}

TEST_F(ItemLocksTest, TheSameLockAgainIsLongerAndNotASecondOne) {
  const auto first = ask(lock("ada", "note:/etc/a", 60));
  const auto second = ask(lock("ada", "note:/etc/a", 600));
  ASSERT_TRUE(first && second);
  ASSERT_EQ(second->locks.size(), 1U);
  EXPECT_GT(second->locks[0].until, first->locks[0].until);
}

TEST_F(ItemLocksTest, OnlyForceLiftsALockOfSomebodyElse) {
  ASSERT_TRUE(ask(lock("ada", "note:/etc/a")));
  EXPECT_FALSE(ask(unlock("bob", {"note:/etc/a"})));
  ASSERT_TRUE(refusal_);
  EXPECT_EQ(refusal_->code, Code::kItemLocked);
  EXPECT_NE(refusal_->summary.find("ada"), std::string::npos);
  EXPECT_TRUE(ask(unlock("bob", {}))->lifted.empty());
  EXPECT_EQ(ask(unlock("bob", {"note:/etc/a"}, true))->lifted.size(), 1U);
  EXPECT_EQ(items(), Names{});
  EXPECT_FALSE(root_.has("/var/lib/plumb/edge/locks.json"));
}

TEST_F(ItemLocksTest, AnApplyLeavesWhatIsLockedAloneAndWhatNeedsIt) {
  for (const char* path : {"/etc/b", "/etc/c"}) root_.write(path, "old");
  root_.write("/etc/a", "somebody's trial");
  ASSERT_TRUE(ask(lock("ada", "note:/etc/a")));
  {
    TestClient client(root_.path());
    const auto done = change(client);
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(done->outcome, wire::DoneOutcome::kOk);
    EXPECT_EQ(done->changed, 1);
    EXPECT_EQ(done->skipped, 2);
    std::vector<Code> codes;
    for (const wire::Event& event : client.events) {
      if (event.kind == wire::EventKind::kSkipped) codes.push_back(event.problem->code);
    }
    EXPECT_EQ(codes, (std::vector<Code>{Code::kItemLocked, Code::kSkippedByFailure}));
  }
  EXPECT_EQ(root_.read("/etc/a"), "somebody's trial");
  EXPECT_EQ(root_.read("/etc/b"), "old");
  EXPECT_EQ(root_.read("/etc/c"), "new");

  // Once the lock is gone, the same plan does the rest.
  ASSERT_TRUE(ask(unlock("ada", {})));
  root_.write("/etc/a", "old");
  TestClient client(root_.path());
  const auto done = change(client);
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->changed, 2);
  EXPECT_EQ(root_.read("/etc/b"), "new");
}

TEST_F(ItemLocksTest, LocksThatCannotBeReadStopEverybody) {
  root_.write("/var/lib/plumb/edge/locks.json", "{");
  EXPECT_FALSE(ask(lock("ada", "note:/etc/a")));
  EXPECT_EQ(refusal_->code, Code::kDamagedRecord);
  EXPECT_EQ(items(), Names{"no record"});
  EXPECT_TRUE(ask(unlock("ada", {}, true)));
  EXPECT_EQ(items(), Names{});
}

}  // namespace
}  // namespace plumb::exec
