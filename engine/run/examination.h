// What may stand between a project and a host, looked at step by step: for whoever wonders why something does not work,
// or takes long.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "engine/host/transport.h"
#include "engine/run/context.h"

namespace plumb::run {

enum class Health { kGood, kDoubtful, kBad };

struct Finding {
  Health health = Health::kGood;
  std::string text;    // one line
  std::string advice;  // how to better it; "" where there is nothing to
};

// Connects as any command does, over a login of its own, and asks the host about its clock, its space and who plumb is
// there. Changes nothing, but for the executor that every command leaves on a host. `host`: as run::host_settings() has
// it.
std::vector<Finding> examine_host(host::HostSettings host, const RunContext& context);

// What the host printed about itself; for tests. `asked` and `answered`: when, by this machine's clock.
std::vector<Finding> read_answers(std::string_view answers, std::chrono::system_clock::time_point asked,
                                  std::chrono::system_clock::time_point answered);

}  // namespace plumb::run
