#include "engine/plan/elsewhere.h"

#include <algorithm>
#include <map>
#include <memory>

namespace plumb::plan {

void keep_elsewhere_that_counts(Plan& plan) {
  std::map<std::string, std::set<std::string>> acting;  // by host that does something for others: what it acts on
  const auto acts = [&](const Elsewhere& one) {
    const auto [known, added] = acting.try_emplace(one.host);
    if (added) {
      const std::shared_ptr<const Actions> actions = plan.hosts.at(one.host).actions.get();
      for (const Action& action : *actions) {
        for (std::string& address : action.addresses()) known->second.insert(std::move(address));
      }
    }
    return known->second.contains(one.address);
  };
  for (auto& [name, host] : plan.hosts)
    std::erase_if(host.elsewhere, [&](const Elsewhere& one) { return plan.hosts.contains(one.host) && !acts(one); });
}

std::set<std::string> waited_for(const Plan& plan, const std::string& host) {
  std::set<std::string> hosts;
  for (const Elsewhere& one : plan.hosts.at(host).elsewhere) {
    if (plan.hosts.contains(one.host) || plan.unplanned.contains(one.host)) hosts.insert(one.host);
  }
  return hosts;
}

std::map<std::string, std::string> waits_in_vain(const Plan& plan) {
  std::map<std::string, std::size_t> waves;
  if (plan.rollout) {
    for (std::size_t i = 0; i < plan.rollout->waves.size(); ++i) {
      for (const std::string& host : plan.rollout->waves[i].hosts) waves[host] = i;
    }
  }
  std::map<std::string, std::string> vain;
  for (const auto& [name, host] : plan.hosts) {
    for (const Elsewhere& one : host.elsewhere) {
      const auto own = waves.find(name);
      const auto theirs = waves.find(one.host);
      if (one.host >= name) {
        vain[name] = "the host waits for " + one.host + ", which comes behind it";
      } else if (own != waves.end() && theirs != waves.end() && theirs->second > own->second) {
        vain[name] = "the host waits for " + one.address + ", which " + one.host + " does in a later wave";
      }
    }
  }
  return vain;
}

}  // namespace plumb::plan
