// What this run leaves to another one: what is left out or locked, what hangs on such, and what those would set off.
#include <algorithm>

#include "engine/simulate/simulator.h"

namespace plumb::simulate {

using plan::Lock;

const Lock* Simulator::lock_on(std::size_t i) const {
  if (observation_.locks.empty()) return nullptr;
  const auto found = std::find_if(observation_.locks.begin(), observation_.locks.end(),
                                  [&](const Lock& lock) { return graph_.nodes[i].is_meant_by(lock.items); });
  return found == observation_.locks.end() ? nullptr : &*found;
}

// Nothing is done that was decided by what a reading told before.
void Simulator::leave_to_next(std::size_t i, MovedReadings::Moved& moved) {
  Op op = due(i);
  const Op owed = owe_later(i);
  if (op == Op::kNone) op = owed;
  moved.is_waited_for = true;
  hold_back(i, op, {}, address_of(moved.by), moved.name);
}

void Simulator::leave_out(std::size_t i) {
  ++left_out_;
  owe_later(i);
}

Op Simulator::due(std::size_t i) const {
  if (!observation_.states[i].has_value()) return Op::kNone;
  const std::optional<Desired> reduced = without_ignored(graph_.nodes[i], observed_of(i));
  return provider_of(i)->diff(reduced ? *reduced : graph_.nodes[i].desired, observed_of(i)).op;
}

// Whatever it is like: somebody may be working on it.
void Simulator::leave_locked(std::size_t i, const Lock& lock) {
  Op op = due(i);
  const Op owed = owe_later(i);
  if (op == Op::kNone) op = owed;
  if (op == Op::kNone && observation_.states[i].has_value()) {
    ++unchanged_;
  } else {
    hold_back(i, op, lock.items, {});
  }
}

void Simulator::hold_back(std::size_t i, Op op, const std::string& lock, const std::string& needs,
                          const std::string& reading) {
  held_back_.push_back({address_of(i), op, lock, needs, reading});
  const std::optional<std::size_t> need = needs.empty() ? std::nullopt : index_.at(needs);
  if (need) for_next_by_[i] = reading.empty() ? for_next_by_[*need] : need;
  needs_.hold_back(i);
  brought_.add_held_back(i);
  if (op != Op::kDelete) brought_.add_exact(i);
}

Op Simulator::owe_later(std::size_t i) {
  NodeList by;
  const Op op = set_off(i, by);
  const auto owed = observation_.owed.find(address_of(i));
  const Op before = owed == observation_.owed.end() ? Op::kNone : owed->second.op;
  if (op == Op::kNone) return before;
  const Desired& desired = graph_.nodes[i].desired;
  const bool idle = observation_.states[i].has_value() && brought_.makers_of(i).empty() &&
                    provider_of(i)->triggered(desired, observed_of(i), op).empty();
  if (idle) return before;
  actions_.owe(by, {address_of(i), op});
  return op;
}

Op Simulator::set_off(std::size_t i, NodeList& by) const {
  Op op = Op::kNone;
  for (const ir::Edge* edge : triggers_[i]) {
    if (!planned_[edge->to].acts) continue;
    by.add(edge->to);
    if (op != Op::kRestart) op = edge->op;  // a restart includes a reload
  }
  return op;
}

void Simulator::wait_for(std::size_t i, std::size_t need) {
  const Op op = owe_later(i);
  if (op != Op::kNone && need != i) hold_back(i, op, {}, address_of(need));
}

}  // namespace plumb::simulate
