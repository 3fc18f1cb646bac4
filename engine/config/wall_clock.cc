#include "engine/config/wall_clock.h"

#include "engine/base/zone_form.h"

namespace plumb::config {

Result<WallClock> WallClock::of(std::string_view timezone, const std::filesystem::path& database) {
  WallClock clock;
  if (timezone == "UTC") return clock;
  if (const auto distance = distance_from_utc(timezone)) {
    clock.distance_ = *distance;
    return clock;
  }
  PLUMB_TRY_ASSIGN(clock.zone_, cel::TimeZone::read(timezone, database));
  return clock;
}

std::chrono::seconds WallClock::ahead_of_utc(std::chrono::sys_seconds time) const {
  return zone_ ? std::chrono::seconds(zone_->offset(time.time_since_epoch().count())) : distance_;
}

}  // namespace plumb::config
