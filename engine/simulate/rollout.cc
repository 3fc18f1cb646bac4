#include "engine/simulate/rollout.h"

#include <algorithm>
#include <span>

namespace plumb::simulate {
namespace {

// A share of few hosts may come to none; a wave is never empty.
std::size_t size_of(const Amount& amount, std::size_t total) {
  const auto hosts = static_cast<std::size_t>(amount.of(static_cast<std::int64_t>(total)));
  return std::clamp<std::size_t>(hosts, 1, total);
}

void add_stage(const config::Rollout& declared, const std::string& stage, std::span<const std::string> hosts,
               std::vector<plan::Wave>& waves) {
  const std::size_t total = hosts.size();
  if (total == 0) return;
  if (declared.canary.value > 0) {
    const std::size_t canaries = size_of(declared.canary, total);
    waves.push_back({stage, true, {hosts.begin(), hosts.begin() + static_cast<std::ptrdiff_t>(canaries)}});
    hosts = hosts.subspan(canaries);
  }
  const std::size_t batch = size_of(declared.batch, total);
  while (!hosts.empty()) {
    const auto wave = hosts.first(std::min(batch, hosts.size()));
    waves.push_back({stage, false, {wave.begin(), wave.end()}});
    hosts = hosts.subspan(wave.size());
  }
}

}  // namespace

plan::Rollout make_rollout(const config::Rollout& declared, const std::vector<std::set<std::string>>& stages,
                           const std::set<std::string>& hosts) {
  plan::Rollout rollout;
  rollout.tolerances = declared.tolerances;
  rollout.pause_seconds = declared.pause_seconds;
  rollout.windows = declared.windows;
  std::set<std::string> left = hosts;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    std::vector<std::string> members;
    for (const std::string& host : stages[i]) {
      if (left.erase(host) > 0) members.push_back(host);
    }
    add_stage(declared, declared.stages[i].text, members, rollout.waves);
  }
  add_stage(declared, "", std::vector<std::string>(left.begin(), left.end()), rollout.waves);
  return rollout;
}

}  // namespace plumb::simulate
