#include "engine/run/host_turns.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace plumb::run {
namespace {

// b and c wait for a.
plan::Plan waiting() {
  plan::Plan plan;
  for (const char* host : {"a", "b", "c"}) plan.hosts[host];
  plan.hosts["b"].elsewhere = {{"command:once", "a"}};
  plan.hosts["c"].elsewhere = {{"command:once", "a"}};
  return plan;
}

TEST(HostTurns, OneWaitsUntilTheOtherHasEnded) {
  const plan::Plan plan = waiting();
  HostTurns turns(plan, {"a", "b", "c"});
  EXPECT_TRUE(turns.is_waited_for("a"));
  EXPECT_FALSE(turns.is_waited_for("b"));
  EXPECT_FALSE(turns.wait("a"));
  std::atomic<bool> ended = false;
  std::thread other([&] {
    EXPECT_FALSE(turns.wait("b"));
    EXPECT_TRUE(ended);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ended = true;
  turns.end("a", true);
  other.join();
  EXPECT_FALSE(turns.wait("c"));
}

TEST(HostTurns, NobodyBeginsAfterAFailure) {
  const plan::Plan plan = waiting();
  HostTurns turns(plan, {"a", "b", "c"});
  turns.end("b", false);
  turns.end("a", false);
  const std::optional<Diagnostic> why = turns.wait("c");
  ASSERT_TRUE(why);
  EXPECT_EQ(why->summary, "the host was not begun: it waits for command:once, which a did not do");
}

TEST(HostTurns, WhoeverIsLeftAloneIsNotWaitedFor) {
  plan::Plan plan = waiting();
  EXPECT_FALSE(HostTurns(plan, {"b", "c"}).wait("b"));
  plan.hosts.erase("a");
  plan.unplanned["a"] = "PL3001";
  EXPECT_TRUE(HostTurns(plan, {"b", "c"}).wait("b")) << "it has no plan, and so did not do it";
}

}  // namespace
}  // namespace plumb::run
