// The order in which hosts take their turn, as it stands in a plan.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/config/rollout.h"

namespace plumb::plan {

// Hosts that take their turn together.
struct Wave {
  std::string stage;  // the pattern; "" for hosts of no stage
  bool canary = false;
  std::vector<std::string> hosts;  // sorted
  friend bool operator==(const Wave&, const Wave&) = default;
};

struct Rollout {
  std::vector<Wave> waves;
  config::Tolerances tolerances;
  std::int64_t pause_seconds = 0;
  std::vector<config::Window> windows;  // when hosts may be changed; empty: at any time
  friend bool operator==(const Rollout&, const Rollout&) = default;
};

// `hosts` are those with something to do. `stages` hold the hosts of each declared stage; a host of two is of the first
// one. Sizes are of the hosts of a stage that have something to do; a share that comes to none is one host.
Rollout make_rollout(const config::Rollout& declared, const std::vector<std::set<std::string>>& stages,
                     const std::set<std::string>& hosts);

Json to_json(const Rollout& rollout);
// Nothing for what to_json() does not write.
std::optional<Rollout> rollout_from(const Json& json);

}  // namespace plumb::plan
