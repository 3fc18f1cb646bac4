// One run of apply() (internal to this folder): what happens in which order, and whether it does.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/exec/apply_progress.h"
#include "engine/exec/judge.h"
#include "engine/exec/turn_runner.h"
#include "providers/sdk/foresight.h"

namespace plumb::exec {

class ApplyRun : private ApplyActions {
 public:
  ApplyRun(const ApplyTools& tools, const wire::Apply& request);
  wire::Done run();

 private:
  using State = ApplyProgress::State;

  bool already_applied();
  void recall_settled();
  bool is_restart(std::size_t index) const;
  std::string why_no_restart(std::size_t index, const std::vector<Operation>& operations) const;
  void check_restarts();
  void leave_locked_alone();
  bool look_at_all();
  bool was_there(std::size_t index) const;
  std::string lost_user(std::size_t index) const;
  void refuse_as_stale(std::size_t index, const Diagnostic& why, bool& stale);
  const Missing* lost_since_the_plan(std::size_t index, const Observed& observed) const;
  static bool is_foreseen(const std::vector<Operation>& operations);
  bool may_be_hindered(std::size_t index) const;
  bool is_hindered(Foresight& foresight, std::size_t index, Result<Observed>& found) const;
  void act();
  void rescue();
  bool is_called_for(std::size_t index) const;
  // apply_conditions.cc
  struct Decided {
    bool holds = false;
    std::string told = {};  // what the readings told
    std::optional<Diagnostic> problem = {};
  };
  const Decided& decided(std::size_t index);
  bool is_asked_for(std::size_t index);
  void leave_undone(std::size_t index);
  std::string why_satisfied(std::size_t index) const;
  bool was_left_undone(std::size_t index) const;
  void drop_debt(std::size_t index);  // of what is set off
  void drop_debts_of_undone();
  void look_at(std::span<const std::size_t> indexes);
  std::optional<Turn> take_turn(std::size_t index);
  bool is_due(std::size_t index) const;
  std::optional<std::vector<Operation>> operations_of_triggered(std::size_t index);
  std::optional<std::string> lost_need(std::size_t index) const;
  void satisfied(std::size_t index);
  void finish();
  void change_what_is_held(HostRecord& record, const std::set<std::string>& not_done) const;
  std::vector<std::string> addresses_owed() const;

  ApplyTools tools_;
  const wire::Apply& request_;
  Interpreter interpreter_;
  ApplyProgress progress_;
  TurnRunner runner_;
  std::map<std::size_t, std::vector<std::size_t>> transactions_;  // by their last action
  std::vector<bool> waits_;                                       // for the last action of its transaction
  std::vector<bool> looked_at_later_;                             // when its turn comes, and not before all
  std::vector<bool> settled_;                                     // in this run, before the host was restarted
  std::vector<Judgement> judgements_;                             // of actions that were looked at
  std::map<std::string, Decided> decided_;                        // by address
  std::map<std::size_t, std::string> left_undone_;                // what their conditions said
};

}  // namespace plumb::exec
