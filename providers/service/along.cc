#include "providers/service/along.h"

#include <algorithm>

namespace plumb::providers::service {
namespace {

using States = std::map<std::string, bool>;

void carry_out(const std::string& unit, bool enable, const Along& units, States& states) {
  const auto found = units.find(unit);
  if (found == units.end()) return;
  for (const std::string& one : found->second.takes) {
    const auto taken = units.find(one);
    if (taken == units.end()) continue;
    if (!enable) states[one] = false;
    if (enable && taken->second.can_be_enabled) states[one] = true;
  }
}

// What is asked for counts where it is so now, or was made so before; else its own action is still to come.
bool holds(const Wish& wish, const Along& units) {
  const auto found = units.find(wish.unit);
  return found != units.end() && (wish.before || found->second.enabled == wish.enabled);
}

}  // namespace

Company company_of(const std::string& unit, bool enable, bool anew, const Along& units,
                   const std::vector<Wish>& wishes) {
  Company company;
  States were;
  for (const auto& [name, one] : units) were[name] = one.enabled;
  States states = were;
  if (anew) carry_out(unit, false, units, states);
  carry_out(unit, enable, units, states);
  const States after_it = states;
  States asked;
  for (const Wish& wish : wishes) {
    if (wish.unit != unit && holds(wish, units)) asked[wish.unit] = wish.enabled;
  }
  const auto set_back = [&](const std::string& name, bool to) {
    company.set_back.push_back((to ? "enable " : "disable ") + name);
    carry_out(name, to, units, states);
  };
  for (const auto& [name, to] : asked) {
    if (states[name] != to) set_back(name, to);
  }
  // Who came along with those only.
  for (const auto& [name, was] : were) {
    if (name != unit && !asked.contains(name) && states[name] != was && states[name] != after_it.at(name))
      set_back(name, was);
  }
  for (const auto& [name, to] : asked) {
    const auto itself = units.find(unit);
    const bool is_lost = itself != units.end() && itself->second.can_be_enabled && states[unit] != enable;
    if (states[name] != to || is_lost) company.against = name;
  }
  for (const auto& [name, is] : states) {
    if (name == unit || asked.contains(name)) continue;
    if (is != were[name]) company.along.push_back(name);
    if (is == were[name] && is == enable) company.as_is.push_back(name);
  }
  return company;
}

}  // namespace plumb::providers::service
