#include "engine/exec/owed.h"

#include "engine/base/in_order.h"

namespace plumb::exec {
namespace {

// In the order of their places.
template <class Map, class PlaceOf>
std::vector<const typename Map::value_type*> in_order(const Map& map, PlaceOf place_of) {
  std::vector<const typename Map::value_type*> all;
  all.reserve(map.size());
  for (const auto& one : map) all.push_back(&one);
  put_in_order(all, [&](const auto* a, const auto* b) { return place_of(a->second) < place_of(b->second); });
  return all;
}

}  // namespace

OwedList::Debt& OwedList::debt(const std::string& address, Op op, const std::string& run) {
  const auto [found, is_new] = debts_.try_emplace({address, op});
  if (is_new) found->second.place = next_++;
  if (is_new) found->second.run = run;
  return found->second;
}

bool OwedList::add(const std::string& address, Op op, const std::string& run, const std::string& because) {
  return debt(address, op, run).because.try_emplace(because, next_++).second;
}

void OwedList::add(const wire::Owed& owed) {
  Debt& one = debt(owed.address, owed.op, owed.run);
  for (const std::string& because : owed.because) one.because.try_emplace(because, next_++);
}

void OwedList::take_back(const std::string& address, Op op, const std::string& because) {
  const auto found = debts_.find({address, op});
  if (found == debts_.end()) return;
  found->second.because.erase(because);
  if (found->second.because.empty()) debts_.erase(found);
}

void OwedList::settle(const std::string& address, Op op) {
  debts_.erase({address, op});
}

void OwedList::settle_all_but_probes(const std::string& address) {
  for (auto one = debts_.lower_bound({address, Op{}}); one != debts_.end() && one->first.first == address;)
    one = one->first.second == Op::kVerify ? std::next(one) : debts_.erase(one);
}

void OwedList::move(const std::map<std::string, std::string>& moved) {
  const auto rename = [&moved](std::string& address) {
    if (const auto found = moved.find(address); found != moved.end()) address = found->second;
  };
  OwedList renamed;
  for (wire::Owed& owed : list()) {
    rename(owed.address);
    for (std::string& because : owed.because) rename(because);
    renamed.add(owed);
  }
  *this = std::move(renamed);
}

bool OwedList::owes_action(const std::string& address) const {
  for (auto one = debts_.lower_bound({address, Op{}}); one != debts_.end() && one->first.first == address; ++one) {
    if (one->first.second != Op::kVerify) return true;
  }
  return false;
}

std::vector<wire::Owed> OwedList::list() const {
  std::vector<wire::Owed> owed;
  owed.reserve(debts_.size());
  for (const auto* one : in_order(debts_, [](const Debt& debt) { return debt.place; })) {
    wire::Owed& added = owed.emplace_back();
    added.address = one->first.first;
    added.op = one->first.second;
    added.run = one->second.run;
    for (const auto* reason : in_order(one->second.because, [](Place place) { return place; }))
      added.because.push_back(reason->first);
  }
  return owed;
}

}  // namespace plumb::exec
