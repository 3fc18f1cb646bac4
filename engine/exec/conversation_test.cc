// Whole conversations with an executor of made-up kinds on a scratch root.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/lock.h"
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
  EXPECT_EQ(hello->protocols, wire::kVersions);
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
    EXPECT_EQ(done->outcome, wire::DoneOutcome::kOk);
    EXPECT_EQ(done->changed, 1);
    client.send(wire::Acknowledge{"edge", {"run-1"}});
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

TEST(Conversation, ARecordThatCannotBeWrittenIsTold) {
  const ScratchRoot root;
  TestClient client(root.path());
  const wire::Action action = plan(client, note("/etc/motd", "hello\n"));
  client.blob("hello\n");
  client.send(request({action}));
  ASSERT_TRUE(client.expect<wire::Done>().has_value());
  root.write("/var/lib/plumb/edge/record.json/in-the-way", "");
  client.send(wire::Acknowledge{"edge", {"run-1"}});
  client.end_of_stream();
  EXPECT_FALSE(client.expect<wire::Locks>().has_value());
  ASSERT_TRUE(client.refusal.has_value());
  EXPECT_THAT(client.refusal->summary, ::testing::HasSubstr("record.json"));
  // It is lost to nobody.
  std::filesystem::remove_all(root.at("/var/lib/plumb/edge/record.json"));
  TestClient next(root.path());
  next.send(wire::Observe{"edge", "", {}});
  const auto record = next.expect<wire::Record>();
  ASSERT_TRUE(record.has_value());
  EXPECT_TRUE(record->resources.contains("note:/etc/motd"));
}

TEST(Conversation, WhatCannotBeUndoneIsToldByWhoeverLooks) {
  const ScratchRoot root;
  root.write("/var/lib/plumb/edge/undo.json", "{damaged");
  TestClient client(root.path());
  client.send(wire::Observe{"edge", "", {}});
  const auto record = client.expect<wire::Record>();
  ASSERT_TRUE(record.has_value() && record->busy.has_value());
  EXPECT_EQ(record->busy->code, Code::kDamagedRecord);
}

// Text of several windows.
std::string large_text() {
  std::string text;
  while (text.size() < (std::size_t{20} << 20)) text += "line " + std::to_string(text.size()) + "\n";
  return text;
}

wire::Apply request_large(TestClient& client, const std::string& text) {
  wire::Apply apply = request({plan(client, note("/etc/big", text))});
  apply.contents = {{digest(text), text.size()}};
  return apply;
}

TEST(Conversation, ALargeContentComesInPiecesThatAreAskedFor) {
  const ScratchRoot root;
  TestClient client(root.path());
  const std::string text = large_text();
  client.send(request_large(client, text));
  std::size_t sent = 0;
  std::size_t asked = 0;
  while (sent < text.size()) {
    const auto want = client.expect<wire::Want>();
    ASSERT_TRUE(want.has_value());
    EXPECT_EQ(want->digest, digest(text));
    EXPECT_EQ(want->offset, asked);
    EXPECT_LE(want->offset + want->bytes - sent, std::uint64_t{8} << 20) << "what is on its way is bounded";
    asked += want->bytes;
    for (std::size_t left = want->bytes; left > 0;) {
      const std::string piece = text.substr(sent, std::min(left, std::size_t{1} << 20));
      sent += piece.size();
      left -= piece.size();
      client.send(wire::Blob{digest(text), piece, sent == text.size(), false, {}});
    }
  }
  const auto done = client.expect<wire::Done>();
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->outcome, wire::DoneOutcome::kOk);
  EXPECT_EQ(root.read("/etc/big"), text);
}

TEST(Conversation, ALineThatIsCutInALargeContentLeavesNothing) {
  const ScratchRoot root;
  const std::string text = large_text();
  {
    TestClient client(root.path());
    client.send(request_large(client, text));
    ASSERT_TRUE(client.expect<wire::Want>().has_value());
    client.send(wire::Blob{digest(text), text.substr(0, std::size_t{3} << 20), false, false, {}});
    client.cut();
    EXPECT_EQ(client.wait(), 0) << "the executor ends by itself";
  }
  EXPECT_FALSE(root.has("/etc/big"));
  for (const auto& entry : std::filesystem::directory_iterator(root.at("/etc")))
    EXPECT_EQ(entry.path().filename().string().find(".plumb"), std::string::npos) << entry.path();
  TestClient client(root.path());
  client.send(wire::Observe{"edge", "", {}});
  const auto record = client.expect<wire::Record>();
  ASSERT_TRUE(record.has_value());
  ASSERT_EQ(record->unreported.size(), 1U);
}

TEST(Conversation, WhatTheControllerCannotReadAnyMoreIsTold) {
  const ScratchRoot root;
  TestClient client(root.path());
  const std::string text = large_text();
  client.send(request_large(client, text));
  ASSERT_TRUE(client.expect<wire::Want>().has_value());
  client.send(wire::Blob{digest(text), text.substr(0, 1000), false, false, {}});
  client.send(wire::Blob{digest(text), "", true, false, Diagnostic(Code::kContentChanged, "files/big was changed")});
  const auto done = client.expect<wire::Done>();
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->failed, 1);
  ASSERT_TRUE(client.events.back().problem.has_value());
  EXPECT_EQ(client.events.back().problem->code, Code::kContentChanged);
  EXPECT_FALSE(root.has("/etc/big"));
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
    if (acknowledge) client.send(wire::Acknowledge{"edge", {"run-1"}});
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
    client.send(wire::Acknowledge{"edge", {"run-1"}});
    client.cut();
  }
  TestClient client(root.path());
  client.send(wire::Observe{"edge", "", {}});
  const auto record = client.expect<wire::Record>();
  ASSERT_TRUE(record.has_value());
  EXPECT_TRUE(record->unreported.empty());
  EXPECT_EQ(record->serial, 1);
}

// A plan that was saved is applied without asking what earlier runs left untold: the host keeps that.
TEST(Conversation, OfOtherRunsNothingIsForgotten) {
  const ScratchRoot root;
  const auto apply = [&root](const std::string& run, const std::string& path, bool acknowledge) {
    TestClient client(root.path());
    const wire::Action action = plan(client, note(path, "hello"));
    client.blob("hello");
    client.send(request({action}, run));
    ASSERT_TRUE(client.expect<wire::Done>().has_value());
    if (acknowledge) client.send(wire::Acknowledge{"edge", {run}});
    client.end_of_stream();
    EXPECT_EQ(client.wait(), 0);
  };
  apply("run-1", "/etc/a", false);
  apply("run-2", "/etc/b", true);
  TestClient client(root.path());
  client.send(wire::Observe{"edge", "", {}});
  const auto record = client.expect<wire::Record>();
  ASSERT_TRUE(record.has_value());
  ASSERT_EQ(record->unreported.size(), 1U) << "who ends the line without a word may have stored nothing";
  EXPECT_EQ(record->unreported[0].run, "run-1");
  EXPECT_EQ(record->unreported[0].address, "note:/etc/a");
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

// What a run at work has in hand is not lost, and it tells its outcomes itself.
TEST(Conversation, WhoObservesDuringARunIsToldOfItAndOfNothingThatItDid) {
  const ScratchRoot root;
  const std::string text = large_text();
  const auto ask = [&root] {
    TestClient other(root.path());
    other.send(wire::Observe{"edge", "", {}});
    return other.expect<wire::Record>().value_or(wire::Record());
  };
  TestClient client(root.path());
  client.send(request_large(client, text));
  ASSERT_TRUE(client.expect<wire::Want>().has_value());

  const wire::Record during = ask();
  ASSERT_TRUE(during.busy.has_value());
  EXPECT_EQ(during.busy->code, Code::kHostLocked);
  EXPECT_THAT(during.busy->summary, ::testing::StartsWith("run run-1 of project edge by "));
  EXPECT_TRUE(during.unreported.empty());

  client.cut();
  EXPECT_EQ(client.wait(), 0);
  const wire::Record after = ask();
  EXPECT_FALSE(after.busy.has_value());
  EXPECT_EQ(after.unreported.size(), 1U);
}

// However long it says nothing: it holds the lock, and that goes with its process and nothing else.
TEST(Conversation, ARunIsCutOffOnlyWhenItsProcessIsGone) {
  const ScratchRoot root;
  const auto ask = [&root] {
    TestClient other(root.path());
    other.send(wire::Observe{"edge", "", {}});
    return other.expect<wire::Record>().value_or(wire::Record());
  };
  TestClient client(root.path());
  client.send(request_large(client, large_text()));
  ASSERT_TRUE(client.expect<wire::Want>().has_value());
  ASSERT_EQ(::kill(client.pid(), SIGSTOP), 0);
  for (int i = 0; i < 3; ++i) {
    const wire::Record stopped = ask();
    EXPECT_TRUE(stopped.busy.has_value());
    EXPECT_TRUE(stopped.unreported.empty());
    TestClient second(root.path());
    second.send(request({}, "run-2"));
    EXPECT_FALSE(second.expect<wire::Done>().has_value());
    EXPECT_EQ(second.refusal ? second.refusal->code : Code::kInternal, Code::kHostLocked);
  }
  // What the lock says of its holder stays behind, and holds nothing.
  client.kill();
  const wire::Record after = ask();
  EXPECT_FALSE(after.busy.has_value());
  ASSERT_EQ(after.unreported.size(), 1U);
  EXPECT_EQ(after.unreported[0].run, "run-1");
}

TEST(Conversation, TheLockOfAnotherVersionIsHonouredWhateverItSays) {
  const ScratchRoot root;
  const RootFiles files = must(RootFiles::at(root.path()));
  const HostLock held = must(HostLock::take(files, "edge", "run-1"));
  std::string path = "/run/plumb/image-" + digest(files.root()).substr(7, 16);
  if (!std::filesystem::exists(path)) path = root.at("/var/lib/plumb/lock");
  std::ofstream(path) << R"({"run":5,"project":null,"who":["ada"],"since":"today"})";
  TestClient second(root.path());
  second.send(request({}, "run-2"));
  EXPECT_FALSE(second.expect<wire::Done>().has_value());
  ASSERT_TRUE(second.refusal.has_value());
  EXPECT_EQ(second.refusal->code, Code::kHostLocked);
  EXPECT_EQ(second.refusal->summary, "run ? of project ? by ? works on this host since today");
}

TEST(Conversation, GarbageIsRefused) {
  const ScratchRoot root;
  TestClient client(root.path());
  client.send(wire::Record{});
  EXPECT_FALSE(client.expect<wire::Done>().has_value());
  ASSERT_TRUE(client.refusal.has_value());
  EXPECT_EQ(client.refusal->code, Code::kProtocol);
}

TEST(Conversation, WhatOnlyAsksIsDoneForAHostElsewhere) {
  const ScratchRoot root;
  root.write("/run/ready", "");
  TestClient client(root.path());
  wire::Perform asked;
  asked.action.desired.address = {"", "waiting", "it"};
  asked.action.op = Op::kRun;
  Wait wait;
  wait.probe.exists = "/run/ready";
  wait.probe.within_seconds = 0;
  const auto come_to = [&](const Operation& operation) {
    asked.action.operations = {operation};
    client.send(asked);
    const std::optional<wire::Performed> performed = client.expect<wire::Performed>();
    if (!performed) return std::string("refused: ") + (client.refusal ? client.refusal->summary : "");
    return performed->problem ? performed->problem->summary : std::string("done");
  };
  EXPECT_EQ(come_to(wait), "done");
  wait.probe.exists = "/run/other";
  EXPECT_THAT(come_to(wait), ::testing::HasSubstr("/run/other"));
  EXPECT_THAT(come_to(Remove{"/run/ready"}), ::testing::HasSubstr("refused: the controller does nothing"));
  EXPECT_TRUE(root.has("/run/ready"));
}

TEST(Conversation, BeginsWithAVersionThatBothSpeak) {
  const ScratchRoot root;
  const auto refusal_of = [&root](const wire::Message& first) {
    TestClient client(root.path(), false);
    client.send(first);
    EXPECT_FALSE(client.expect<wire::Record>().has_value());
    return client.refusal ? client.refusal->summary : "";
  };
  EXPECT_THAT(refusal_of(wire::Observe{"edge", "", {}}), ::testing::HasSubstr("begins with hello"));
  const int past = wire::kVersions.max + 1;
  EXPECT_THAT(refusal_of(wire::Hello{{past, past + 2}, "9.0.0", "", Json::object()}),
              ::testing::HasSubstr("plumb 9.0.0 speaks versions " + std::to_string(past) + " to "));
  TestClient client(root.path(), false);
  client.send(wire::Hello{{1, past}, "9.0.0", "", Json::object()});
  client.send(wire::Observe{"edge", "", {}});
  EXPECT_TRUE(client.expect<wire::Record>().has_value());
}

// Both ways: the question goes over several frames, and so does the record of what was asked for.
TEST(Conversation, ListsMayBeLongerThanAFrame) {
  const ScratchRoot root;
  wire::Apply apply = request({});
  const std::string filler(1000, 'x');
  for (int i = 0; i < 20'000; ++i) apply.resources["file:/srv/" + std::to_string(i)] = {{"filler", filler}};
  ASSERT_GT(must(wire::frames(apply)).size(), wire::kMaxFrame);
  {
    TestClient client(root.path());
    client.send(apply);
    ASSERT_TRUE(client.expect<wire::Done>().has_value()) << (client.refusal ? client.refusal->summary : "");
    client.send(wire::Acknowledge{"edge", {"run-1"}});
    client.end_of_stream();
    EXPECT_EQ(client.wait(), 0);
  }
  TestClient client(root.path());
  client.send(wire::Observe{"edge", "", {}});
  const auto record = client.expect<wire::Record>();
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->resources.size(), apply.resources.size());
}

}  // namespace
}  // namespace plumb::exec
