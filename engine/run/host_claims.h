// What a host says, judged against what it was given and asked. A host may be anybody's by now, and what it says of
// itself nobody can judge; but it speaks only about what it was asked, in the types that were agreed, and no more of it
// than there can be. What cannot be so is kProtocol: the host has failed, and nobody else.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/wire/messages.h"
#include "providers/sdk/kind.h"

namespace plumb::run {

// The error of an executor that refuses what it was asked for. That a host was not reached, does not answer or that the
// run was stopped, only this side can know.
Error refusal(Diagnostic problem);

// What a state of the resource may take. `kinds` may be null: then all are like most.
wire::MessageLimits most_of_state(const Desired& resource, const Registry* kinds);
// What a record may take where so many resources were asked for.
wire::MessageLimits most_of_record(std::size_t resources);

// One state of the resource that it is said to be of. What is wrong with the host comes back as an error of that
// resource alone.
Result<Observed> claimed_state(wire::ObservedState state, const Desired& resource, const Registry* kinds);

// What of a state no executor tells of this resource: "tells `mode` as a number, which it cannot be". "" where nothing.
std::string impossible_in(const Observed& observed, const Desired& resource, const Registry* kinds);

// The record's addresses are addresses, and it counts and owes what can be counted and owed.
Result<> check_record(const wire::Record& record);
// What of it cannot be so, likewise.
std::string impossible_in(const wire::Record& record);

// What an executor says of an apply, one message after another. Each action ends once, and the totals are those of what
// was told.
class ApplyClaims {
 public:
  // `owed`: addresses that the host is known to owe something already.
  ApplyClaims(const wire::Apply& request, std::set<std::string> owed);

  Result<> take(wire::Event& event);
  Result<> take(const wire::Want& want);
  Result<> take(const wire::Alive& alive);
  // `stopped`: it was asked to stop. Of what is owed, only what is of this plan or was known before stays.
  Result<> take(wire::Done& done, bool stopped) const;

 private:
  using Clock = std::chrono::steady_clock;

  Result<> spend(std::size_t bytes);
  int ended(wire::EventKind kind) const;
  bool fails() const;
  bool changed_something() const;

  std::vector<std::optional<wire::EventKind>> ends_;  // by action: how it ended; nothing while it has not
  std::vector<bool> probes_;                          // by action
  std::vector<bool> may_fail_;                        // by action
  std::size_t most_events_ = 0;
  std::set<std::string> addresses_;  // that it may speak of
  std::set<std::string> contents_;   // that it may ask for
  bool check_applied_;
  int confirm_within_ = 0;
  std::set<std::size_t> settled_;  // actions that ended before the host was restarted
  std::size_t events_left_;
  std::size_t bytes_left_;
  Clock::time_point begin_ = Clock::now();
  std::size_t alive_ = 0;
};

// Of what a watchdog says that it undid, what is of the plan's `addresses`.
void keep_known(wire::Confirmation& confirmation, const std::vector<std::string>& addresses);

}  // namespace plumb::run
