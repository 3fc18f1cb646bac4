// Guard: one run's actions that must be confirmed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/exec/undo.h"
#include "engine/exec/watchdog.h"

namespace plumb::exec {

// An action that is about to begin.
struct Guarded {
  UndoStep step;       // its operations are those that will run
  bool again = false;  // a restart or command that a guarded change sets off
  int within = 0;      // seconds; 0 where `again`
};

class Guard {
 public:
  Guard(LocalSystem& system, const Managers& managers, const StateFolder& folder, std::string run, std::string plan);

  // Before anything is done on the host, and after it. False: time was up, and nothing more may begin.
  bool work() { return !watchdog_ || watchdog_->work(); }
  void rest(bool anew) {
    if (watchdog_) watchdog_->rest(anew);
  }

  // Between work() and rest(). Once it returns the host can undo these without anybody's help, and will.
  Result<> arm(const std::vector<Guarded>& actions, const Secrets& secrets);

  // The run has ended. Seconds in which it must be confirmed; 0 where it need not.
  int finish();

 private:
  LocalSystem& system_;
  const Managers& managers_;
  UndoFolder folder_;
  UndoList list_;
  std::optional<Watchdog> watchdog_;
};

}  // namespace plumb::exec
