// How long what hosts told counts.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "engine/base/time_text.h"

namespace plumb::run {

// From when on it counts, as timestamp() writes it: such texts are in the order of their times. `max_age` in seconds.
inline std::string oldest_that_counts(std::int64_t max_age, std::chrono::system_clock::time_point now) {
  // Clocks begin in 1970, and count not far beyond it.
  const auto since_then = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  return timestamp(now - std::min(std::chrono::seconds(max_age), since_then));
}

}  // namespace plumb::run
