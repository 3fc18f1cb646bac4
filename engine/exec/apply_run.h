// One run of apply() (internal to this folder).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/exec/apply.h"
#include "engine/exec/guard.h"
#include "engine/exec/interpreter/interpreter.h"
#include "engine/exec/judge.h"

namespace plumb::exec {

class ApplyRun {
 public:
  ApplyRun(const ApplyTools& tools, const wire::Apply& request);
  ApplyRun(const ApplyRun&) = delete;
  ApplyRun& operator=(const ApplyRun&) = delete;
  ~ApplyRun();
  wire::Done run();

 private:
  enum class State { kPending, kChanged, kVerified, kSatisfied, kFailed, kSkipped };

  // An action whose turn has come.
  struct Turn {
    std::size_t index = 0;
    std::vector<Operation> operations;
    // New files of a grouped action, in the order of the operations that write them; nothing where an earlier turn's
    // edits of the same file bring it along.
    std::vector<std::optional<StagedFile>> files;
    std::optional<Diagnostic> problem;
    bool diverged = false;  // the problem is what looking again showed
    bool begun = false;     // something may have been done
    bool touched = false;   // something has been done
    std::string output;
    std::string note;  // to a change that came in an unusual way
    std::int64_t milliseconds = 0;
  };

  // Actions that take their turn together.
  struct Group {
    std::vector<Turn> turns;
    std::set<std::size_t> indexes;
    std::set<std::string> paths;   // that they touch
    std::set<std::string> edited;  // those of them of which they change parts, and do nothing else
    std::uint64_t bytes = 0;       // of new contents
    bool closed = false;           // it holds one that takes its turn alone
  };

  // apply.cc: what happens in which order.
  Result<> fetch(const wire::LargeContent& content, const ByteSink& take);
  bool already_applied();
  void leave_locked_alone();
  bool look_at_all();
  void act();
  void look_at(std::span<const std::size_t> indexes);
  std::optional<Turn> take_turn(std::size_t index);
  bool is_due(std::size_t index) const;
  std::optional<std::vector<Operation>> operations_of_triggered(std::size_t index);
  std::optional<std::string> lost_need(std::size_t index) const;
  void skip(std::size_t index, const Diagnostic& why);
  void fail_before(std::size_t index, const Diagnostic& why, bool diverged);
  void satisfied(std::size_t index);
  void finish();
  std::vector<std::string> addresses_owed() const;

  // apply_turns.cc: doing it.
  bool joins(const Group& group, std::size_t index) const;
  void add(Group& group, Turn turn) const;
  void carry_out(Group& group);
  void carry_out(std::vector<Turn>& turns);
  bool begin(const std::vector<Turn>& turns);
  std::vector<Guarded> guarded(const std::vector<Turn>& turns) const;
  bool sets_off(std::size_t index, std::size_t triggered) const;
  void carry_out_one(Turn& turn);
  void carry_out_group(std::vector<Turn>& turns);
  void stage_all(std::vector<Turn>& turns);
  void stage_edits(std::vector<Turn>& turns, StagingFolder& folder);
  void put_in_place(Turn& turn);
  void look_again(std::vector<Turn>& turns);
  void settle(std::vector<Turn>& turns);
  JournalEntry intent_of(const Turn& turn) const;
  JournalEntry outcome_of(const Turn& turn) const;

  // apply_packages.cc: those that are one transaction.
  static std::vector<std::vector<Turn>> transactions_of(std::vector<Turn>& turns);
  void carry_out_transaction(std::vector<Turn>& turns);
  void carry_out_one_by_one(std::vector<Turn>& turns, const Diagnostic& why);
  bool is_as_before(std::size_t index, const Observed& found) const;
  std::string what_became_of(std::size_t index, const Result<Observed>& found) const;

  Diagnostic presentable(const Diagnostic& problem, std::size_t index) const;
  void event(wire::EventKind kind, std::size_t index, std::string text = {}, std::optional<Diagnostic> problem = {},
             std::int64_t milliseconds = 0);
  void tell();

  const wire::Action& action(std::size_t index) const { return request_.actions[index]; }
  std::string address(std::size_t index) const { return action(index).desired.address.str(); }
  const Kind& kind(std::size_t index) const { return *tools_.registry.find(action(index).desired.address.kind); }
  bool is_probe(std::size_t index) const { return action(index).op == Op::kVerify; }
  bool stops_after_failure() const { return failed_.has_value() && !request_.keep_going; }

  ApplyTools tools_;
  const wire::Apply& request_;
  Interpreter interpreter_;
  Guard guard_;
  std::map<std::size_t, std::vector<std::size_t>> transactions_;  // by their last action
  std::vector<bool> waits_;                                       // for the last action of its transaction
  std::vector<std::size_t> acting_triggered_;                     // triggered actions that are no probes
  std::vector<State> states_;
  std::vector<Judgement> judgements_;            // of actions that were looked at
  std::vector<std::optional<Observed>> before_;  // what was there when they were
  std::vector<bool> touched_;                    // the host is no longer as it was before the action
  std::vector<bool> started_;                    // the action started a service
  std::vector<bool> guarded_;                    // the host undoes the action unless it is confirmed
  std::optional<std::size_t> failed_;            // the first action that failed
  bool broken_ = false;                          // the journal cannot be written: nothing more may begin
  std::vector<wire::Message> untold_;            // events that tell() sends
  wire::Done done_;
};

}  // namespace plumb::exec
