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
// what it waits for: hosts that are far, or hang, keep nobody else from logging in. How long that is comes from the
// logins before: where a busy machine lets each take seconds, letting in more would only have all of them fail.
class LoginTurns {
  using Clock = std::chrono::steady_clock;

 public:
  // How many at a time, and how long each counts at least, whatever logins take.
  LoginTurns(std::size_t turns, std::chrono::milliseconds patience) : turns_(turns), patience_(patience) {}

  class Turn {
   public:
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), begin_(other.begin_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

    // The login has succeeded, as fast as others may be expected to.
    void succeeded() const;

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
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable ended_;
  // Guarded by mutex_: when each turn under way began, in that order, and how long logins take of late.
  std::list<Clock::time_point> under_way_;
  Clock::duration usual_{};
};

}  // namespace plumb::host::ssh
