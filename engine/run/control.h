// Stopping a run from outside: the first request lets every host finish the action in hand, the second one leaves
// at once.
#pragma once

#include <mutex>
#include <set>

#include "engine/host/connection.h"

namespace plumb::run {

enum class StopLevel { kNone, kFinish, kLeave };

// Thread-safe.
class Control {
 public:
  void request_stop();
  StopLevel level() const;
  // Raised with the first request; ends connections that are being opened.
  const host::Interrupt& interrupt() const { return interrupt_; }

  // While one of these lives, a request wakes its connection's reader; one that came before wakes it at once. What is
  // steady goes on after the first.
  class Watch {
   public:
    Watch(Control& control, host::Connection& connection);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();

   private:
    Control& control_;
    host::Connection& connection_;
  };

 private:
  mutable std::mutex mutex_;
  StopLevel level_ = StopLevel::kNone;       // guarded by mutex_
  std::set<host::Connection*> connections_;  // guarded by mutex_; never iterated for output
  host::Interrupt interrupt_;
};

}  // namespace plumb::run
