// The watchdog: a process of its own on the host, which undoes what nobody confirms in time. It outlives the
// connection, the executor and the login they came with; what ends it is a confirmation, its work, or the end of the
// host. Then the list is still there, and the next executor takes it over.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "engine/base/unique_fd.h"
#include "engine/exec/undo.h"

namespace plumb::exec {

// On the state folder itself. Held by a watchdog as long as it lives, and by whoever is about to start one or to take
// over from one that died.
class WatchdogLock {
 public:
  // Nothing where a watchdog lives; waits a moment for one that is about to end.
  static Result<std::optional<WatchdogLock>> take(const StateFolder& folder);
  int fd() const { return file_.get(); }

 private:
  UniqueFd file_;
};

// The executor's end. The watchdog does not count while the executor works on an action, so that nothing is undone
// under its hands; an executor that waits for its line, hangs on it or is gone does not hold it up.
class Watchdog {
 public:
  // A list is waiting in the folder already. Counting begins with the first rest().
  static Result<Watchdog> start(const UndoFolder& folder, const Managers& managers, const Secrets& secrets,
                                WatchdogLock lock, int within);

  // False where time was up: what was to be confirmed is being undone, and nothing more may begin.
  bool work();
  // `anew`: the time to confirm counts from now.
  void rest(bool anew);
  void set_within(int seconds) { shared_->within = seconds; }

 private:
  friend class WatchdogProcess;
  enum Phase : int { kResting, kWorking, kFired };
  struct Shared {
    std::atomic<int> phase{kWorking};
    std::atomic<unsigned> round{0};  // rests that began the count anew
    std::atomic<int> within{0};      // seconds
  };
  struct Unmap {
    void operator()(Shared* shared) const;
  };
  std::unique_ptr<Shared, Unmap> shared_;
};

// Undoes a list that no watchdog cares for any more, because the host was restarted or the watchdog was killed. True
// where there was one. The caller holds the host lock.
Result<bool> take_over_undo(const UndoFolder& folder, LocalSystem& system, const Managers& managers);

}  // namespace plumb::exec
