// Whole conversations with an executor of made-up kinds on a scratch root.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/testing/client.h"
#include "engine/testing/kinds.h"

namespace plumb::exec {
namespace {

Desired note(const std::string& path, const std::string& content, const std::string& mode = "0644") {
  return {{"", "note", path}, {{"at", path}, {"text", digest(content)}, {"mode", mode}}, {}};
}

// The action that a plan would hold for this resource, made from what the host says.
wire::Action plan(TestClient& client, const Desired& desired, const std::string& project = "edge") {
  client.send(wire::Observe{project, "", {desired}});
  const auto chunk = client.expect<wire::ObservedChunk>();
  (void)client.expect<wire::Record>();
  const Observed observed = chunk->states.at(0).observed.value();
  const Registry kinds = testing::made_up_kinds();
  const Change change = kinds.provider(desired.address.kind)->diff(desired, observed);
  wire::Action action;
  action.desired = desired;
  action.op = change.op;
  action.before = change.before;
  action.after = change.after;
  action.operations = change.operations;
  return action;
}

wire::Apply request(std::vector<wire::Action> actions, const std::string& run = "run-1") {
  wire::Apply apply;
  apply.project = "edge";
  apply.run = run;
  apply.plan = "plan-of-" + run;
  for (const wire::Action& action : actions) apply.resources[action.desired.address.str()] = action.desired.attributes;
  apply.actions = std::move(actions);
  return apply;
}

TEST(Conversation, GreetsWithProtocolPlatformAndFacts) {
  const ScratchRoot root;
  root.write("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nNAME=\"Debian GNU/Linux\"\n");
  root.write("/etc/hostname", "web01\n");
  root.write("/etc/hosts", "127.0.1.1 web01.example.com web01\n");
  TestClient client(root.path());
  const auto hello = client.expect<wire::Hello>();
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->protocol, wire::kProtocol);
  EXPECT_THAT(hello->platform, ::testing::AnyOf(::testing::StartsWith("linux-"), ::testing::StartsWith("darwin-")));
  EXPECT_EQ(hello->facts["os"]["family"], "debian");
  EXPECT_EQ(hello->facts["hostname"], "web01");
  EXPECT_EQ(hello->facts["fqdn"], "web01.example.com");
}

TEST(Conversation, WritesAFileAndThenHasNothingToDo) {
  const ScratchRoot root;
  {
    TestClient client(root.path());
    const wire::Action action = plan(client, note("/etc/motd", "hello\n"));
    ASSERT_EQ(action.op, Op::kCreate);
    client.blob("hello\n");
    client.send(request({action}));
    const auto done = client.expect<wire::Done>();
    ASSERT_TRUE(done.has_value()) << (client.refusal ? client.refusal->summary : "");
    EXPECT_EQ(done->outcome, "ok");
    EXPECT_EQ(done->changed, 1);
    client.end_of_stream();
    EXPECT_EQ(client.wait(), 0);
  }
  EXPECT_EQ(root.read("/etc/motd"), "hello\n");
  TestClient client(root.path());
  EXPECT_EQ(plan(client, note("/etc/motd", "hello\n")).op, Op::kNone);
  client.send(wire::Observe{"edge", "", {}});
  const auto record = client.expect<wire::Record>();
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->serial, 1);
  EXPECT_TRUE(record->resources.contains("note:/etc/motd"));
  EXPECT_TRUE(record->unreported.empty());
}

TEST(Conversation, EndOfStreamInterruptsAndTheNextOneIsTold) {
  const ScratchRoot root;
  {
    TestClient client(root.path());
    std::vector<wire::Action> actions;
    for (int i = 0; i < 400; ++i) {
      actions.push_back(plan(client, note("/etc/f" + std::to_string(i), "x")));
      if (i > 0) actions.back().needs = {static_cast<std::size_t>(i - 1)};
    }
    client.blob("x");
    client.send(request(std::move(actions)));
    (void)client.expect<wire::Event>();
    client.cut();
    EXPECT_EQ(client.wait(), 0) << "the executor ends by itself";
  }
  int written = 0;
  for (int i = 0; i < 400; ++i) written += root.has("/etc/f" + std::to_string(i)) ? 1 : 0;
  EXPECT_GT(written, 0);
  EXPECT_LT(written, 400);
  const auto ask = [&root](bool acknowledge) {
    TestClient client(root.path());
    client.send(wire::Observe{"edge", "", {}});
    const auto record = client.expect<wire::Record>();
    if (acknowledge) client.send(wire::Acknowledge{"edge"});
    return record ? static_cast<int>(record->unreported.size()) : -1;
  };
  EXPECT_EQ(ask(false), written);
  EXPECT_EQ(ask(true), written);
  EXPECT_EQ(ask(false), 0);
}

TEST(Conversation, AcknowledgingTheAnswerSettlesIt) {
  const ScratchRoot root;
  {
    TestClient client(root.path());
    const wire::Action action = plan(client, note("/etc/motd", "hello"));
    client.blob("hello");
    client.send(request({action}));
    ASSERT_TRUE(client.expect<wire::Done>().has_value());
    client.send(wire::Acknowledge{"edge"});
    client.cut();
  }
  TestClient client(root.path());
  client.send(wire::Observe{"edge", "", {}});
  const auto record = client.expect<wire::Record>();
  ASSERT_TRUE(record.has_value());
  EXPECT_TRUE(record->unreported.empty());
  EXPECT_EQ(record->serial, 1);
}

TEST(Conversation, SensitiveContentIsSealed) {
  const ScratchRoot root;
  root.write("/etc/secret", "hunter2");
  TestClient client(root.path());
  Desired desired = note("/etc/secret", "x");
  desired.attributes["text"] = keyed_digest("key", "another");
  desired.sensitive = {"text"};
  client.send(wire::Observe{"edge", "key", {desired}});
  const auto chunk = client.expect<wire::ObservedChunk>();
  ASSERT_TRUE(chunk.has_value());
  const Observed& observed = chunk->states.at(0).observed.value();
  EXPECT_EQ(observed.attributes["text"], keyed_digest("key", "hunter2"));
  EXPECT_FALSE(observed.content_text.has_value());
}

TEST(Conversation, ASecondRunIsRefusedWhileOneHoldsTheHost) {
  const ScratchRoot root;
  TestClient first(root.path());
  const wire::Action action = plan(first, note("/etc/motd", "hello"));
  first.blob("hello");
  first.send(request({action}));
  ASSERT_TRUE(first.expect<wire::Done>().has_value());
  // The first has been answered and has not ended yet.
  TestClient second(root.path());
  second.send(request({}, "run-2"));
  EXPECT_FALSE(second.expect<wire::Done>().has_value());
  ASSERT_TRUE(second.refusal.has_value());
  EXPECT_EQ(second.refusal->code, Code::kHostLocked);
  first.end_of_stream();
  first.wait();
  second.send(request({}, "run-2"));
  EXPECT_TRUE(second.expect<wire::Done>().has_value());
}

TEST(Conversation, GarbageIsRefused) {
  const ScratchRoot root;
  TestClient client(root.path());
  client.send(wire::Hello{});
  EXPECT_FALSE(client.expect<wire::Done>().has_value());
  ASSERT_TRUE(client.refusal.has_value());
  EXPECT_EQ(client.refusal->code, Code::kProtocol);
}

}  // namespace
}  // namespace plumb::exec
