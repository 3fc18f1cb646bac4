// Programs that no plan names, and files that are asked for, as a controller asks.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/testing/client.h"

namespace plumb::exec {
namespace {

using ::testing::HasSubstr;

// What came until the end.
struct AllOfIt {
  std::string output;
  std::string errors;
  std::optional<wire::Ended> ended;
  std::optional<Diagnostic> refusal;
};

AllOfIt take_all(TestClient& client) {
  AllOfIt all;
  while (auto message = client.next()) {
    if (const auto* piece = std::get_if<wire::Piece>(&*message)) {
      (piece->errors ? all.errors : all.output) += piece->bytes;
    } else if (const auto* ended = std::get_if<wire::Ended>(&*message)) {
      all.ended = *ended;
      return all;
    } else if (const auto* refused = std::get_if<wire::Refused>(&*message)) {
      all.refusal = refused->problem;
      return all;
    }
  }
  return all;
}

AllOfIt run_script(TestClient& client, const std::string& script, std::uint64_t most = 0) {
  wire::Execute request;
  request.script = script;
  request.env = {{"GREETING", "hello"}};
  request.most = most;
  client.send(request);
  return take_all(client);
}

TEST(Execute, TellsBothOutputsAndHowItEnded) {
  TestClient client("/");
  const AllOfIt all = run_script(client, "echo $GREETING; echo beware >&2; exit 3");
  EXPECT_EQ(all.output, "hello\n");
  EXPECT_EQ(all.errors, "beware\n");
  ASSERT_TRUE(all.ended.has_value());
  EXPECT_EQ(all.ended->exit_code, 3);
  // The conversation goes on.
  client.send(wire::Execute{{"echo", "a b", ""}, {}, {}, {}, 0});
  EXPECT_EQ(take_all(client).output, "a b \n");
}

TEST(Execute, WhatIsPrintedIsToldAsItComes) {
  TestClient client("/");
  wire::Execute request;
  request.script = "echo first; exec sleep 60";
  client.send(request);
  auto message = client.next();
  while (message && std::holds_alternative<wire::Hello>(*message)) message = client.next();
  ASSERT_TRUE(message && std::holds_alternative<wire::Piece>(*message));
  EXPECT_EQ(std::get<wire::Piece>(*message).bytes, "first\n");
  // And a stop ends it.
  client.send(wire::Stop{});
  const AllOfIt rest = take_all(client);
  ASSERT_TRUE(rest.ended.has_value());
  EXPECT_EQ(rest.ended->exit_code, 128 + SIGTERM);
  EXPECT_EQ(run_script(client, "echo next").output, "next\n");
}

TEST(Execute, WhatIsPastTheBoundIsCountedAndNotTold) {
  TestClient client("/");
  const AllOfIt all = run_script(client, "head -c 100000 /dev/zero; head -c 10 /dev/zero >&2", 4096);
  EXPECT_EQ(all.output.size(), 4096U);
  EXPECT_EQ(all.errors.size(), 10U);
  ASSERT_TRUE(all.ended.has_value());
  EXPECT_EQ(all.ended->left_out, 100000U - 4096U);
}

TEST(Execute, WhatCannotBeStartedIsRefused) {
  TestClient client("/");
  client.send(wire::Execute{{"no-such-program"}, {}, {}, {}, 0});
  AllOfIt all = take_all(client);
  ASSERT_TRUE(all.refusal.has_value());
  EXPECT_EQ(all.refusal->code, Code::kProgramMissing);
  client.send(wire::Execute{{"true"}, {}, "no-such-user", {}, 0});
  all = take_all(client);
  ASSERT_TRUE(all.refusal.has_value());
  EXPECT_EQ(all.refusal->code, Code::kUnknownAccount);
  EXPECT_EQ(run_script(client, "echo next").output, "next\n");
}

TEST(Execute, EndsWithItsController) {
  const ScratchRoot scratch;
  const std::string mark = scratch.at("/tmp/ended");
  {
    TestClient client("/");
    wire::Execute request;
    request.script = "trap 'touch " + mark + "; exit' TERM; echo ready; while :; do sleep 0.1; done";
    client.send(request);
    auto message = client.next();
    while (message && !std::holds_alternative<wire::Piece>(*message)) message = client.next();
    ASSERT_TRUE(message.has_value());
    client.cut();
    client.wait();
  }
  EXPECT_TRUE(scratch.has("/tmp/ended"));
}

TEST(Collect, TellsTheBytesOfAFileAndTheirDigest) {
  const ScratchRoot root;
  std::string bytes(300000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  root.write("/srv/data", bytes);
  TestClient client(root.path());
  client.send(wire::Collect{"/srv/data"});
  const AllOfIt all = take_all(client);
  EXPECT_EQ(all.output, bytes);
  ASSERT_TRUE(all.ended.has_value());
  EXPECT_EQ(all.ended->digest, digest(bytes));
}

TEST(Collect, WhatIsNoFileIsRefusedAndTheNextOneComes) {
  const ScratchRoot root;
  root.write("/srv/data", "here\n");
  TestClient client(root.path());
  for (const char* path : {"/srv", "/srv/nothing", "/../../srv/nothing"}) {
    client.send(wire::Collect{path});
    const AllOfIt all = take_all(client);
    ASSERT_TRUE(all.refusal.has_value()) << path;
    EXPECT_THAT(all.refusal->summary, HasSubstr("srv")) << path;
  }
  client.send(wire::Collect{"/srv/data"});
  EXPECT_EQ(take_all(client).output, "here\n");
}

}  // namespace
}  // namespace plumb::exec
