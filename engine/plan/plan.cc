#include "engine/plan/plan.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/glob.h"

namespace plumb::plan {

bool Scope::takes(const std::string& address, const std::set<std::string>& resource_tags) const {
  const auto has = [&resource_tags](const std::string& tag) { return resource_tags.contains(tag); };
  const auto means = [&address](const std::string& pattern) { return address_matches(pattern, address); };
  return (addresses.empty() || std::any_of(addresses.begin(), addresses.end(), means)) &&
         (tags.empty() || std::any_of(tags.begin(), tags.end(), has)) &&
         std::none_of(skip_tags.begin(), skip_tags.end(), has);
}

bool Plan::changes_nothing() const {
  return std::all_of(hosts.begin(), hosts.end(), [](const auto& host) { return host.second.actions.empty(); });
}

bool Plan::changes_records() const {
  return std::any_of(hosts.begin(), hosts.end(), [](const auto& host) { return host.second.changes_record(); });
}

bool Plan::is_half() const {
  return std::any_of(hosts.begin(), hosts.end(), [](const auto& host) { return !host.second.moving.empty(); });
}

bool holds_sealed(const Plan& plan) {
  return std::any_of(plan.hosts.begin(), plan.hosts.end(), [](const auto& host) {
    const auto sealed = [](const UsedReading& one) { return is_keyed_digest(one.told); };
    return host.second.actions.counts().sealed || host.second.around.sealed() ||
           std::any_of(host.second.readings.begin(), host.second.readings.end(), sealed);
  });
}

std::size_t action_count(const Plan& plan) {
  std::size_t count = 0;
  for (const auto& [name, host] : plan.hosts) count += host.actions.size();
  return count;
}

std::size_t step_count(const Plan& plan) {
  std::size_t count = 0;
  for (const auto& [name, host] : plan.hosts) count += host.around.action_count();
  return count;
}

}  // namespace plumb::plan
