// The order in which hosts take their turn, as it stands in a plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/tolerance.h"
#include "engine/base/window.h"

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
  Tolerances tolerances;
  std::int64_t pause_seconds = 0;
  std::vector<Window> windows;  // when hosts may be changed; empty: at any time
  friend bool operator==(const Rollout&, const Rollout&) = default;
};

Json to_json(const Rollout& rollout);
// Nothing for what to_json() does not write.
std::optional<Rollout> rollout_from(const Json& json);

}  // namespace plumb::plan
