// Whose time of day is meant: `timezone` of a maintenance window.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/lang/cel/time_zone.h"

namespace plumb::config {

// What a clock on a wall shows. Counted as the seconds of UTC are, so that days and weekdays come out.
using WallTime = std::chrono::sys_seconds;

class WallClock {
 public:
  // UTC, a distance from it as "+02:00", or a zone of the time zone database as "Europe/Berlin".
  static Result<WallClock> of(std::string_view timezone, const std::filesystem::path& database = cel::kTimeZones);

  std::chrono::seconds ahead_of_utc(std::chrono::sys_seconds time) const;
  WallTime at(std::chrono::sys_seconds time) const { return time + ahead_of_utc(time); }

 private:
  std::chrono::seconds distance_{0};   // where there is no zone
  std::optional<cel::TimeZone> zone_;  // follows daylight saving time
};

}  // namespace plumb::config
