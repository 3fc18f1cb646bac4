// Maintenance windows: whether a plan may be carried out now.
#pragma once

#include <chrono>
#include <optional>

#include "engine/config/opening_hours.h"
#include "engine/plan/plan.h"

namespace plumb::run {

enum class WindowPolicy { kHeed, kIgnore };

struct WindowCheck {
  std::optional<config::OpeningHours> hours;  // that count from now on; nothing: hosts may be begun at any time
  bool ignored = false;                       // it would have been refused
};

// Errors: kOutsideWindow with the next opening, and what is wrong with the windows' time zones.
Result<WindowCheck> check_window(const plan::Plan& plan, WindowPolicy policy, std::chrono::sys_seconds now);

}  // namespace plumb::run
