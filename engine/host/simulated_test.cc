// A simulated host, asked as any other is: through a transport, in frames.
#include "engine/host/simulated.h"

#include <gtest/gtest.h>

#include "engine/host/testing/fixtures.h"
#include "engine/wire/stream.h"

namespace plumb::host {
namespace {

using testing::soon;

Result<std::unique_ptr<Connection>> open(const std::string& name, const std::vector<std::string>& like) {
  HostSettings settings;
  settings.name = name;
  settings.kind = ConnectionKind::kCommand;
  settings.command = {"simulated"};
  settings.command.insert(settings.command.end(), like.begin(), like.end());
  return SimulatedTransport().open(settings);
}

// What comes until the stream ends, or until a message that ends an answer.
std::vector<wire::Message> answers(Connection& connection) {
  std::vector<wire::Message> all;
  wire::MessageReader reader;
  std::array<char, 4096> buffer{};
  while (true) {
    const Result<std::size_t> count = connection.read(buffer.data(), buffer.size(), soon());
    if (!count || *count == 0) return all;
    reader.add({buffer.data(), *count});
    while (true) {
      auto message = reader.next();
      if (!message || !*message) break;
      all.push_back(std::move(**message));
      const wire::Message& last = all.back();
      if (!std::holds_alternative<wire::ObservedChunk>(last) && !std::holds_alternative<wire::Event>(last)) return all;
    }
  }
}

void ask(Connection& connection, const wire::Message& question) {
  ASSERT_TRUE(connection.write(*wire::frames(question), soon()).has_value());
}

wire::Observe questions(std::size_t count) {
  wire::Observe observe;
  observe.project = "p";
  for (std::size_t i = 0; i < count; ++i) {
    observe.resources.push_back({*Address::parse("file:/srv/" + std::to_string(i)), {{"mode", "0644"}}, {}});
  }
  return observe;
}

wire::Apply work(std::size_t count) {
  wire::Apply apply;
  for (const Desired& desired : questions(count).resources) {
    wire::Action action;
    action.desired = desired;
    action.op = Op::kCreate;
    apply.actions.push_back(std::move(action));
  }
  return apply;
}

std::size_t absent(const std::vector<wire::Message>& messages) {
  std::size_t count = 0;
  for (const wire::Message& message : messages) {
    const auto* chunk = std::get_if<wire::ObservedChunk>(&message);
    if (chunk == nullptr) continue;
    for (const wire::ObservedState& state : chunk->states) count += state.observed->exists ? 0 : 1;
  }
  return count;
}

TEST(Simulated, SpeaksAsAnExecutorDoes) {
  auto connection = open("web1", {});
  ASSERT_TRUE(connection.has_value());
  const auto hello = answers(**connection);
  ASSERT_EQ(hello.size(), 1U);
  EXPECT_EQ(std::get<wire::Hello>(hello[0]).facts["hostname"], "web1");
  EXPECT_EQ(std::get<wire::Hello>(hello[0]).facts["os"]["family"], "debian");
  ask(**connection, questions(300));
  EXPECT_EQ(absent(answers(**connection)), 300U);
  ask(**connection, work(300));
  const auto events = answers(**connection);
  ASSERT_EQ(events.size(), 601U);
  EXPECT_EQ(std::get<wire::Done>(events.back()).changed, 300);
  EXPECT_EQ(std::get<wire::Done>(events.back()).outcome, wire::DoneOutcome::kOk);
  ASSERT_TRUE((*connection)->shutdown_write(soon()).has_value());
  EXPECT_TRUE(answers(**connection).empty());
}

TEST(Simulated, IsTheSameEveryTime) {
  const auto seen = [](int seed, const std::string& name) {
    auto connection = open(name, {"changed=30%", "seed=" + std::to_string(seed)});
    answers(**connection);
    ask(**connection, questions(200));
    std::string text;
    for (const wire::Message& message : answers(**connection)) text += wire::encode(message);
    return text;
  };
  EXPECT_EQ(seen(1, "web1"), seen(1, "web1"));
  EXPECT_NE(seen(1, "web1"), seen(2, "web1"));
  EXPECT_NE(seen(1, "web1"), seen(1, "web2"));
}

TEST(Simulated, FailsAsOftenAsItIsAskedTo) {
  int unreachable = 0;
  int failing = 0;
  int lost = 0;
  for (int i = 0; i < 1000; ++i) {
    auto connection = open("h" + std::to_string(i), {"unreachable=10%", "failing=20%", "lost=5%"});
    if (!connection) {
      EXPECT_EQ(connection.error().code(), Code::kConnect);
      ++unreachable;
      continue;
    }
    answers(**connection);
    ask(**connection, work(5));
    const auto events = answers(**connection);
    const wire::Done* done = events.empty() ? nullptr : std::get_if<wire::Done>(&events.back());
    lost += done == nullptr ? 1 : 0;
    if (done != nullptr && done->outcome == wire::DoneOutcome::kFailed) {
      ++failing;
      EXPECT_EQ(done->changed + done->failed + done->skipped, 5);
    }
  }
  EXPECT_NEAR(unreachable, 100, 30);
  EXPECT_NEAR(failing, 170, 45);
  EXPECT_NEAR(lost, 45, 25);
}

TEST(Simulated, RefusesWhatSaysNothing) {
  for (const char* word : {"latency", "latency=20", "latency=-1ms", "failing=101%", "failing=x%", "sed=1", "seed=a"}) {
    const auto connection = open("web1", {word});
    ASSERT_FALSE(connection.has_value()) << word;
    EXPECT_EQ(connection.error().code(), Code::kTransportCommand);
    EXPECT_NE(connection.error().summary().find(word), std::string::npos);
  }
}

TEST(Simulated, StopsBetweenTwoActions) {
  auto connection = open("web1", {"action=50ms"});
  answers(**connection);
  ask(**connection, work(100));
  ask(**connection, wire::Stop{});
  const auto events = answers(**connection);
  const auto& done = std::get<wire::Done>(events.back());
  EXPECT_EQ(done.outcome, wire::DoneOutcome::kInterrupted);
  EXPECT_EQ(done.changed + done.skipped, 100);
  EXPECT_GT(done.skipped, 90);
}

}  // namespace
}  // namespace plumb::host
