#include "engine/exec/guard.h"

#include <algorithm>

namespace plumb::exec {

Guard::Guard(LocalSystem& system, const Managers& managers, const StateFolder& folder, std::string run,
             std::string plan)
    : system_(system), managers_(managers), folder_(folder) {
  list_.run = std::move(run);
  list_.plan = std::move(plan);
}

Result<> Guard::arm(const std::vector<Guarded>& actions, const Secrets& secrets) {
  if (actions.empty()) return {};
  std::optional<WatchdogLock> lock;
  if (!watchdog_) {
    PLUMB_TRY_ASSIGN(lock, WatchdogLock::take(folder_.folder()));
    if (!lock) return fail(Code::kHostLocked, "changes of an earlier run wait to be confirmed on this host");
  }
  UndoList list = list_;
  for (const Guarded& action : actions) {
    if (action.again) {
      list.again.push_back(action.step);
      continue;
    }
    UndoStep step = action.step;
    PLUMB_TRY_ASSIGN(step.operations, inverse(action.step.operations, system_, folder_));
    for (const Operation& operation : step.operations) {
      const bool stays =
          std::holds_alternative<SetAttributes>(operation) || std::holds_alternative<MakeDirectory>(operation);
      struct stat info {};
      if (stays && system_.files().stat(*path_of(operation), false, info) == 0 && !S_ISLNK(info.st_mode))
        step.inodes[*path_of(operation)] = info.st_ino;
    }
    list.steps.push_back(std::move(step));
    list.within = std::max(list.within, action.within);
  }
  PLUMB_TRY(folder_.save(list));
  list_ = std::move(list);
  if (watchdog_) {
    watchdog_->set_within(list_.within);
    return {};
  }
  Result<Watchdog> watchdog = Watchdog::start(folder_, managers_, secrets, std::move(*lock), list_.within);
  if (!watchdog) {
    // Nothing has been done yet.
    (void)folder_.confirm();
    return std::move(watchdog.error());
  }
  watchdog_ = std::move(*watchdog);
  return {};
}

int Guard::finish() {
  if (!watchdog_) return 0;
  if (watchdog_->work()) {
    list_.complete = true;
    // Where it cannot be written, a confirmation waits until this executor has ended.
    (void)folder_.save(list_).has_value();
    watchdog_->rest(false);
  }
  return list_.within;
}

}  // namespace plumb::exec
