// What has become of the actions of one apply so far, and what is told of it (internal to this folder). Who decides
// (ApplyRun) and who carries out (TurnRunner) share it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/exec/apply.h"
#include "engine/exec/interpreter/interpreter.h"

namespace plumb::exec {

// The actions of a request, by their place in it.
class ApplyActions {
 public:
  // Both outlive this.
  ApplyActions(const wire::Apply& request, const Registry& registry) : request_(request), registry_(registry) {}

  const wire::Action& action(std::size_t index) const { return request_.actions[index]; }
  std::string address(std::size_t index) const { return action(index).desired.address.str(); }
  const Kind& kind(std::size_t index) const { return *registry_.find(action(index).desired.address.kind); }
  bool is_probe(std::size_t index) const { return action(index).op == Op::kVerify; }
  bool may_fail(std::size_t index) const { return action(index).manner.may_fail; }
  // There for the case that another one fails.
  bool is_rescue(std::size_t index) const { return !action(index).rescues.empty(); }
  // Done only where a condition holds when its turn comes.
  bool is_in_turn(std::size_t index) const { return !action(index).when.empty(); }

 private:
  const wire::Apply& request_;
  const Registry& registry_;
};

struct ApplyProgress : ApplyActions {
  enum class State { kPending, kChanged, kVerified, kSatisfied, kFailed, kSkipped };

  // Everything referred to outlives this.
  ApplyProgress(const ApplyTools& tools, const wire::Apply& request, const Secrets& secrets);

  bool stops_after_failure() const { return failed.has_value() && !keep_going_ && !rescuing; }
  // Whether nothing goes on after a failure of this one.
  bool stops_at(std::size_t index) const { return !keep_going_ && !may_fail(index); }
  // What the action wants, with all marked sensitive that its plan saw sealed: so what is seen now compares with it. It
  // lives as long as this.
  const Desired* as_planned_for(std::size_t index);

  void skip(std::size_t index, const Diagnostic& why);
  void fail_before(std::size_t index, const Diagnostic& why, bool diverged);
  Diagnostic presentable(const Diagnostic& problem, bool hide_output) const;
  // Kept until tell() sends it.
  void event(wire::EventKind kind, std::size_t index, std::string text = {}, std::optional<Diagnostic> problem = {},
             std::int64_t milliseconds = 0);
  void tell();

  // By action.
  std::vector<State> states;
  std::vector<std::vector<std::size_t>> set_off_by;  // those that set it off, in order
  std::vector<std::optional<Observed>> before;       // what was there when it was looked at
  std::vector<bool> touched;                         // the host is no longer as it was before the action

  std::map<Address, std::size_t> started;  // the last action that started the service, or ran the command
  std::optional<std::size_t> failed;       // the first action that failed and may not
  bool rescuing = false;                   // what is there for the case of a failure has its turn
  bool broken = false;                     // the journal cannot be written: nothing more may begin
  wire::Done done;

 private:
  Line& line_;
  const Secrets& secrets_;
  const bool keep_going_;
  std::deque<Desired> planned_for_;    // see as_planned_for()
  std::vector<wire::Message> untold_;  // events that tell() sends
};

}  // namespace plumb::exec
