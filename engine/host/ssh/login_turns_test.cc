#include "engine/host/ssh/login_turns.h"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "engine/base/pool.h"
#include "engine/host/testing/ssh_test.h"

namespace plumb::host::ssh {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(LoginTurns, NeverMoreAtATime) {
  LoginTurns turns(3, hours(1));
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  std::atomic<int> all{0};
  for_each_parallel(40, 20, [&](std::size_t) {
    const auto turn = turns.take(nullptr);
    ASSERT_OK(turn);
    const int with_me = ++now;
    for (int seen = most; seen < with_me && !most.compare_exchange_weak(seen, with_me);) {
    }
    std::this_thread::sleep_for(milliseconds(2));
    --now;
    ++all;
  });
  EXPECT_EQ(all, 40);
  EXPECT_LE(most, 3);
}

TEST(LoginTurns, WhoWaitsIsInterrupted) {
  LoginTurns turns(1, hours(1));
  const auto held = turns.take(nullptr);
  ASSERT_OK(held);
  Interrupt cancel;
  std::thread other([&] {
    std::this_thread::sleep_for(milliseconds(20));
    cancel.raise();
  });
  EXPECT_CODE(turns.take(&cancel), Code::kInterrupted);
  other.join();
}

TEST(LoginTurns, AHostThatHangsKeepsItsTurnForAWhileOnly) {
  LoginTurns turns(2, milliseconds(30));
  std::vector<LoginTurns::Turn> hanging;
  for (int i = 0; i < 6; ++i) {
    auto turn = turns.take(nullptr);
    ASSERT_OK(turn);
    hanging.push_back(std::move(*turn));
  }
}

TEST(LoginTurns, WhereLoginsTakeLongATurnCountsForLonger) {
  LoginTurns turns(1, milliseconds(0));
  {
    const auto slow = turns.take(nullptr);
    ASSERT_OK(slow);
    std::this_thread::sleep_for(milliseconds(300));
    for (int i = 0; i < 50; ++i) slow->succeeded();
  }
  const auto held = turns.take(nullptr);
  ASSERT_OK(held);
  Interrupt cancel;
  cancel.raise();
  EXPECT_CODE(turns.take(&cancel), Code::kInterrupted);
}

}  // namespace
}  // namespace plumb::host::ssh
