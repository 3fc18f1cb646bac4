// Applying: a plan that is made now, one that was saved, or what an earlier run has left; from the request to the
// sealed entry in the history.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <variant>

#include "engine/run/judged_plan.h"
#include "engine/run/planning.h"
#include "engine/run/saved_plan.h"
#include "engine/run/undo.h"
#include "engine/run/window.h"

namespace plumb::run {

// What is about to be done.
struct Proposal {
  const plan::Plan& plan;
  const std::string& plan_id;
  const HostResults& hosts;              // of planning; empty for a plan that was made before
  bool saved = false;                    // it was made before
  RunOutcome outcome = RunOutcome::kOk;  // of planning: stale and interrupted ones are not carried out
};

struct ApplyRequest {
  std::variant<PlanRequest, SavedPlan> what;
  std::optional<UndoRequest> undo;  // in the place of `what`: a plan that takes back an earlier run
  std::string run;                  // its id, from new_run_id()
  std::string operator_name;        // "user@machine", for the history
  WindowPolicy window = WindowPolicy::kHeed;
  bool keep_going = false;  // after a failure skip only what depends on it
  Standing standing;        // for rules of the project that ask for it
  bool take_over = false;   // what other projects of a host manage of this one's is this one's from now on
  std::function<std::chrono::sys_seconds()> clock = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  };
  // Called with every plan, before it is known whether it may be carried out. May be empty.
  std::function<void(const Proposal&)> show;
  // Called with a plan that changes something and may be carried out. False and errors end the request; kInterrupted
  // does so in silence. Empty: it is carried out.
  std::function<Result<bool>(const Proposal&)> approve;
};

struct ApplyResult {
  // kInvalid: nothing was done. Of a run that was begun, the history has the same.
  RunOutcome outcome = RunOutcome::kOk;
  bool begun = false;    // a run was begun; else all that follows is as far as it came
  bool nothing = false;  // of a plan that was made before: on the chosen hosts it has nothing, or nothing is left of it
  plan::Plan plan;
  std::string plan_id;
  HostResults hosts;
};

// The context is told all that is found. Its control ends the request: actions in hand are finished and recorded.
ApplyResult apply(Workspace& workspace, ApplyRequest request, const RunContext& context);

}  // namespace plumb::run
