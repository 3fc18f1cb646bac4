#include "engine/base/pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

namespace plumb {
namespace {

TEST(Pool, DoesEachPieceOnce) {
  for (const std::size_t forks : {std::size_t{0}, std::size_t{1}, std::size_t{4}, std::size_t{100}}) {
    std::vector<int> done(50);
    for_each_parallel(done.size(), forks, [&](std::size_t i) { ++done[i]; });
    EXPECT_EQ(done, std::vector<int>(50, 1)) << forks;
  }
}

TEST(Pool, ThreadsServeAgain) {
  for_each_parallel(8, 8, [](std::size_t) {});
  const std::size_t threads = pool_threads();
  for (int round = 0; round < 200; ++round) for_each_parallel(8, 8, [](std::size_t) {});
  EXPECT_LE(pool_threads(), 2 * std::max<std::size_t>(threads, 7) + 8);
}

TEST(Pool, WaitingIsNotBoundedByTheCores) {
  // Each waits until all have come.
  const std::size_t count = 4 * core_count() + 1;
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t here = 0;
  for_each_parallel(count, count, [&](std::size_t) {
    std::unique_lock lock(mutex);
    ++here;
    changed.notify_all();
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::minutes(1), [&] { return here == count; }));
  });
}

TEST(Pool, ComputingIsBoundedByTheCores) {
  std::atomic<std::size_t> now{0};
  std::atomic<std::size_t> most{0};
  const auto compute = [&] {
    const std::size_t mine = ++now;
    for (std::size_t seen = most; seen < mine && !most.compare_exchange_weak(seen, mine);) {
    }
    std::this_thread::yield();
    --now;
  };
  // Several fleets that come to compute, each in its own way, and in the middle of it.
  for_each_parallel(20, 20, [&](std::size_t i) {
    if (i % 2 == 0) {
      compute_each(50, [&](std::size_t) { compute(); });
    } else {
      const ComputeTurn turn;
      compute();
      compute_each(5, [](std::size_t) { const ComputeTurn nested; });
    }
  });
  EXPECT_LE(most, core_count());
  EXPECT_GT(most, 0U);
}

TEST(Pool, ComputesEachPieceOnce) {
  std::vector<int> done(1000);
  compute_each(done.size(), [&](std::size_t i) { ++done[i]; });
  EXPECT_EQ(done, std::vector<int>(1000, 1));
}

// Whoever waits for them blocks them in its own thread, perhaps after the pool made its threads.
TEST(Pool, TakesNoSignals) {
  sigset_t blocked;
  sigemptyset(&blocked);
  std::atomic<bool> looked = false;
  Beside beside([&] {
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    looked = true;
  });
  ASSERT_TRUE(beside.begun());
  while (!looked) std::this_thread::yield();  // whoever waits takes what has not begun into its own hands
  beside.wait();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH}) EXPECT_EQ(sigismember(&blocked, signal), 1);
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  EXPECT_EQ(sigismember(&blocked, SIGINT), 0) << "the caller's are as they were";
}

TEST(Pool, WorkBesideIsDoneWhenWaitedFor) {
  int value = 0;
  {
    Beside work([&] { value = 7; });
    work.wait();
    EXPECT_EQ(value, 7);
    work = Beside([&] { value = 8; });
  }
  EXPECT_EQ(value, 8);
}

TEST(Pool, HasNothingToDoForNothing) {
  compute_each(0, [](std::size_t) { FAIL(); });
  for_each_parallel(0, core_count(), [](std::size_t) { FAIL(); });
}

TEST(Pool, LeavesRoomForALongMatch) {
  const std::regex pattern("^([a-z]|[0-9])+$");
  const std::string text(1024, 'a');
  std::vector<char> matches(2);
  for_each_parallel(matches.size(), 2, [&](std::size_t i) { matches[i] = std::regex_search(text, pattern) ? 1 : 0; });
  EXPECT_EQ(matches, std::vector<char>(2, 1));
}

}  // namespace
}  // namespace plumb
