// Carries out the actions whose turn has come (internal to this folder).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/exec/apply_progress.h"
#include "engine/exec/guard.h"
#include "providers/sdk/place_map.h"

namespace plumb::exec {

// An action whose turn has come.
struct Turn {
  std::size_t index = 0;
  std::vector<Operation> operations;
  // New files of a grouped action, in the order of the operations that write them; nothing where an earlier turn's
  // edits of the same file bring it along.
  std::vector<std::optional<StagedFile>> files = {};
  std::optional<Diagnostic> problem = {};
  bool diverged = false;  // the problem is what looking again showed
  bool begun = false;     // something may have been done
  bool touched = false;   // something has been done
  std::string output = {};
  std::string note = {};  // to a change that came in an unusual way
  std::int64_t milliseconds = 0;
};

// While it lives, programs have the variables and the time that an action gives one try.
class TryScope {
 public:
  TryScope(LocalSystem& system, const wire::Action& action);
  ~TryScope();
  TryScope(const TryScope&) = delete;
  TryScope& operator=(const TryScope&) = delete;

  bool is_overdue() const { return system_.is_overdue(); }
  // What became of a try that was.
  Diagnostic took_too_long(Diagnostic why) const;

 private:
  LocalSystem& system_;
  int seconds_;
};

// Actions that take their turn together.
struct TurnGroup {
  std::vector<Turn> turns;
  std::set<std::size_t> indexes;
  PlaceMap<bool> paths;     // that they touch; whether they change parts of what lies there, and do nothing else
  std::uint64_t bytes = 0;  // of new contents
  bool closed = false;      // it holds one that takes its turn alone
};

class TurnRunner : private ApplyActions {
 public:
  // Everything referred to outlives this. While it lives, the tools' programs and contents are looked after.
  TurnRunner(const ApplyTools& tools, const wire::Apply& request, Interpreter& interpreter, ApplyProgress& progress);
  TurnRunner(const TurnRunner&) = delete;
  TurnRunner& operator=(const TurnRunner&) = delete;
  ~TurnRunner();

  bool joins(const TurnGroup& group, std::size_t index) const;
  void add(TurnGroup& group, Turn turn) const;
  void carry_out(TurnGroup& group);
  // Nothing more comes. How many seconds there are to confirm what was done; 0: nothing asks for it.
  int finish() { return guard_.finish(); }
  // Whether something that was done is undone by the host unless it is confirmed.
  bool waits_to_be_confirmed() const;

 private:
  using State = ApplyProgress::State;

  // apply_turns.cc
  Result<> fetch(const wire::LargeContent& content, const ByteSink& take);
  void carry_out(std::vector<Turn>& turns);
  bool begin(const std::vector<Turn>& turns);
  std::vector<Guarded> guarded(const std::vector<Turn>& turns) const;
  void carry_out_one(Turn& turn);
  void look_again(std::vector<Turn>& turns, std::chrono::system_clock::time_point since);
  void settle(std::vector<Turn>& turns);
  JournalEntry intent_of(const Turn& turn) const;
  std::vector<std::string> temporary_folders(const Operation& operation) const;
  JournalEntry outcome_of(const Turn& turn) const;
  bool hides_output(const Turn& turn) const;

  // apply_groups.cc: those that only touch files share their waits.
  static std::size_t most_in_group();
  bool has_other_names(const std::vector<Operation>& operations) const;
  bool takes_its_turn_alone(std::size_t index) const;
  void carry_out_group(std::vector<Turn>& turns);
  void stage_all(std::vector<Turn>& turns);
  std::string place_of(const EditFile& edit) const;
  void stage_edits(std::vector<Turn>& turns, StagingFolder& folder);
  void put_in_place(Turn& turn);

  // apply_tries.cc: what failed is tried again.
  void try_again(std::vector<Turn>& turns, std::chrono::system_clock::time_point since);
  bool wait_for_next_try(const Turn& turn);
  bool decide_again(Turn& turn);

  // apply_packages.cc: those that are one transaction.
  static std::vector<std::vector<Turn>> transactions_of(std::vector<Turn>& turns);
  void carry_out_transaction(std::vector<Turn>& turns);
  void carry_out_one_by_one(std::vector<Turn>& turns, const Diagnostic& why);
  bool is_as_before(std::size_t index, const Observed& found) const;
  std::vector<std::size_t> set_off_later(const std::vector<Turn>& turns) const;
  std::vector<std::size_t> at_rest_among(const std::vector<std::size_t>& triggered) const;
  void note_started(const std::vector<std::size_t>& at_rest, const std::vector<Turn>& turns);
  std::string what_became_of(std::size_t index, const Result<Observed>& found) const;

  ApplyTools tools_;
  const wire::Apply& request_;
  Interpreter& interpreter_;
  ApplyProgress& progress_;
  Guard guard_;
  std::map<Address, std::size_t> last_triggered_;  // of each resource, probes left out
  std::vector<bool> guarded_;                      // by action: the host undoes it unless it is confirmed
  std::size_t most_in_group_ = most_in_group();
};

}  // namespace plumb::exec
