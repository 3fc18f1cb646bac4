// What a host may have done on the controller while it applies a plan: the plan's own actions that are to be done from
// there, and nothing else, however it asks.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/run/on_controller.h"
#include "engine/wire/messages.h"

namespace plumb::run {

class ControllerActions {
 public:
  struct Action {
    Desired desired;
    Op op = Op::kNone;
    std::vector<Operation> operations;  // none where they are decided in its turn
    bool decided_later = false;
    bool triggered = false;
    int seconds = 0;  // of one try; 0 for the package's own bound
    int turns_left = 0;
    int looks_left = 0;
  };

  ControllerActions(const wire::Apply& apply, const Registry* kinds, OpenValues values);

  const OpenValues& values() const { return values_; }
  // The action that the host means, if it may; null where there is none, or it was asked for more often than its tries.
  const Action* take(const wire::Turn& turn);
  // As they were planned, or as they follow from what there is now.
  static Result<std::vector<Operation>> operations_of(const Action& action, const Kind& kind,
                                                      const std::function<Result<Observed>()>& observe);
  // The one of a provider from outside.
  static Result<CallProvider> call_of(const Action& action, const Kind& kind,
                                      const std::function<Result<Observed>()>& observe);

 private:
  std::map<std::string, std::vector<Action>> actions_;  // by address
  OpenValues values_;
};

}  // namespace plumb::run
