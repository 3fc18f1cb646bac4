// Carrying out package actions that go together.
//
// One transaction of the package manager brings them all. Where it fails, what became of each is what the host shows:
// what came all the same counts as changed. Where nothing came at all, each is tried alone, so that one package that
// cannot be had does not keep the others away.
#include <algorithm>
#include <set>

#include "engine/exec/judge.h"
#include "engine/exec/observe.h"
#include "engine/exec/turn_runner.h"
#include "engine/wire/transactions.h"

namespace plumb::exec {

std::vector<std::vector<Turn>> TurnRunner::transactions_of(std::vector<Turn>& turns) {
  std::vector<std::vector<Turn>> parts;
  PackageTransaction whole;
  bool open = false;  // the last part takes more
  for (Turn& turn : turns) {
    const bool changes = wire::changes_packages(turn.operations);
    const auto* one = changes ? &std::get<PackageTransaction>(turn.operations.front()) : nullptr;
    if (!open || !changes || !wire::merge(whole, *one)) {
      parts.emplace_back();
      if (changes) whole = *one;
    }
    open = changes;
    parts.back().push_back(std::move(turn));
  }
  return parts;
}

void TurnRunner::carry_out_transaction(std::vector<Turn>& turns) {
  auto whole = std::get<PackageTransaction>(turns.front().operations.front());
  for (Turn& turn : turns) {
    turn.begun = true;
    (void)wire::merge(whole, std::get<PackageTransaction>(turn.operations.front()));
  }
  const auto [done, overdue] = [&] {
    const TryScope scope(tools_.system, action(turns.front().index));
    Result<> ran = interpreter_.run(whole, {}, turns.front().output);
    return std::pair(std::move(ran), scope.is_overdue());
  }();
  if (done) return;
  const Diagnostic& why = done.error().diagnostic();

  std::vector<const Desired*> desired;
  desired.reserve(turns.size());
  for (const Turn& turn : turns) desired.push_back(&action(turn.index).desired);
  std::vector<Result<Observed>> found =
      observe_resources(tools_.registry, tools_.system, desired, request_.key, request_.secrets, tools_.elsewhere);
  bool all_as_before = true;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    all_as_before = all_as_before && found[i] && is_as_before(turns[i].index, *found[i]);
  }
  // Whoever holds the lock would hold up each of them.
  if (all_as_before && why.code != Code::kPackageLock && !overdue) return carry_out_one_by_one(turns, why);
  bool told = false;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    Turn& turn = turns[i];
    const bool as_planned = found[i] && !divergence(kind(turn.index), action(turn.index), *found[i]);
    turn.note = "it is as planned, although the transaction failed";
    if (as_planned) continue;
    turn.problem = why;
    turn.problem->summary = address(turn.index) + what_became_of(turn.index, found[i]) + ": " + why.summary;
    told = true;
  }
  // Everything is there, and the package manager is not content: that must not be lost.
  if (!told) turns.front().problem = why;
}

// In what the action is about; what else a host tells of a package may have changed with the lists.
bool TurnRunner::is_as_before(std::size_t index, const Observed& found) const {
  const std::optional<Observed>& before = progress_.before[index];
  if (!before || found.exists != before->exists) return false;
  const auto same = [&](const Json& attributes) {
    for (const auto& [name, value] : attributes.items()) {
      if (found.attributes.value(name, Json()) != before->attributes.value(name, Json())) return false;
    }
    return true;
  };
  return same(action(index).before) && same(action(index).after);
}

std::string TurnRunner::what_became_of(std::size_t index, const Result<Observed>& found) const {
  if (!found) return " could not be looked at again";
  if (action(index).op == Op::kDelete) return " is still there";
  if (!found->exists) return " is not there";
  return is_as_before(index, *found) ? " is as it was" : " is there, and not as planned";
}

void TurnRunner::carry_out_one_by_one(std::vector<Turn>& turns, const Diagnostic& why) {
  for (Turn& turn : turns) turn.begun = false;
  for (Turn& turn : turns) {
    if (tools_.line.wants_stop()) {
      progress_.done.outcome = wire::DoneOutcome::kInterrupted;
      return;
    }
    turn.note = "alone, since together it failed: " + why.summary;
    carry_out_one(turn);
    if (turn.problem && !request_.keep_going) return;
  }
}

// Restarts and reloads that the turns set off and of which the plan could not know whether there would be anything to
// restart.
std::vector<std::size_t> TurnRunner::set_off_later(const std::vector<Turn>& turns) const {
  std::set<std::size_t> found;
  for (const Turn& turn : turns) {
    for (const std::size_t later : action(turn.index).triggers) {
      if (is_probe(later)) continue;
      if (action(later).explained && action(later).operations.empty()) found.insert(later);
    }
  }
  return {found.begin(), found.end()};
}

// Those of which there is nothing to restart now.
std::vector<std::size_t> TurnRunner::at_rest_among(const std::vector<std::size_t>& triggered) const {
  std::vector<const Desired*> desired;
  desired.reserve(triggered.size());
  for (const std::size_t index : triggered) desired.push_back(&action(index).desired);
  const std::vector<Result<Observed>> found =
      observe_resources(tools_.registry, tools_.system, desired, request_.key, request_.secrets, tools_.elsewhere);
  std::vector<std::size_t> at_rest;
  for (std::size_t i = 0; i < triggered.size(); ++i) {
    const wire::Action& what = action(triggered[i]);
    if (found[i] && kind(triggered[i]).provider->triggered(what.desired, *found[i], what.op).empty())
      at_rest.push_back(triggered[i]);
  }
  return at_rest;
}

// What was at rest and runs now was started by these turns: it has seen all that was changed up to here.
void TurnRunner::note_started(const std::vector<std::size_t>& at_rest, const std::vector<Turn>& turns) {
  if (at_rest.empty()) return;
  const std::vector<std::size_t> still = at_rest_among(at_rest);
  const std::size_t last = turns.back().index;
  for (const std::size_t index : at_rest) {
    if (std::find(still.begin(), still.end(), index) != still.end()) continue;
    progress_.started[action(index).desired.address] = last;
    for (const std::size_t by : progress_.set_off_by[index]) {
      if (by <= last) tools_.log.record().owed.take_back(address(index), action(index).op, address(by));
    }
  }
}

}  // namespace plumb::exec
