// Turns for logging in: sessions that begin all at once would each get a sliver of the processor for their key
// exchange, here and on the machines at the other end, until none is done in time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <utility>

#include "engine/base/result.h"
#include "engine/host/connection.h"

namespace plumb::host::ssh {

// Thread-safe. A turn ends with its login, or when it has lasted so long that the host, and not the processor, must be
// what it waits for: hosts that are far, or hang, keep nobody else from logging in.
class LoginTurns {
  using Clock = std::chrono::steady_clock;

 public:
  // How many at a time, and for how long.
  LoginTurns(std::size_t turns, std::chrono::milliseconds longest) : turns_(turns), longest_(longest) {}

  class Turn {
   public:
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), begin_(other.begin_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    friend class LoginTurns;
    Turn(LoginTurns& turns, std::list<Clock::time_point>::iterator begin) : turns_(&turns), begin_(begin) {}
    LoginTurns* turns_;
    std::list<Clock::time_point>::iterator begin_;
  };

  // Waits for a turn. kInterrupted where `cancel` is raised first.
  Result<Turn> take(const Interrupt* cancel);

 private:
  bool is_free(Clock::time_point now) const;

  const std::size_t turns_;
  const std::chrono::milliseconds longest_;
  std::mutex mutex_;
  std::condition_variable ended_;
  // Guarded by mutex_: when each turn under way began, in that order.
  std::list<Clock::time_point> under_way_;
};

}  // namespace plumb::host::ssh
