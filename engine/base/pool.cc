#include "engine/base/pool.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <pthread.h>

namespace plumb {
namespace {

// As the main thread's, since std::regex recurses at every character. What a thread does not touch costs no memory.
constexpr std::size_t kStackSize = std::size_t{8} << 20;

struct Shared {
  std::atomic<std::size_t> next{0};
  std::size_t count;
  const std::function<void(std::size_t)>& work;

  void drain() {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  }
};

void* thread_main(void* argument) {
  static_cast<Shared*>(argument)->drain();
  return nullptr;
}

}  // namespace

std::size_t core_count() {
  static const std::size_t count = std::max(1U, std::thread::hardware_concurrency());  // reads a file
  return count;
}

void for_each_parallel(std::size_t count, std::size_t forks, const std::function<void(std::size_t)>& work) {
  Shared shared{{}, count, work};
  std::vector<pthread_t> threads;
  if (forks > 1 && count > 1) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackSize);
    for (std::size_t i = 1; i < std::min(forks, count); ++i) {
      pthread_t thread{};
      // Fewer threads than asked for only make it slower.
      if (pthread_create(&thread, &attributes, thread_main, &shared) != 0) break;
      threads.push_back(thread);
    }
    pthread_attr_destroy(&attributes);
  }
  shared.drain();
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
}

}  // namespace plumb
