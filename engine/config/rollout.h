// How a run goes over the hosts: `rollout` in plumb.yaml.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/tolerance.h"
#include "engine/base/window.h"
#include "engine/config/parsed.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

struct Rollout {
  std::vector<Pattern> stages;  // host patterns; hosts of none come last
  Amount canary;                // of each stage
  Amount batch{100, true};      // of each stage
  Tolerances tolerances;
  std::int64_t pause_seconds = 0;  // between two waves
  std::vector<Window> windows;     // when hosts may be changed; empty: at any time
};

// `typed` is what the schema made of `node`.
Rollout read_rollout(const lang::Node& node, const Json& typed);

Json to_json(const Rollout& rollout);

}  // namespace plumb::config
