#include "engine/config/wall_clock.h"

namespace plumb::config {
namespace {

// "+02:00", up to 14 hours; nothing for anything else.
std::optional<std::chrono::seconds> distance_in(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  if (!digit(1) || !digit(2) || !digit(4) || !digit(5)) return std::nullopt;
  const int hours = (text[1] - '0') * 10 + (text[2] - '0');
  const int minutes = (text[4] - '0') * 10 + (text[5] - '0');
  if (hours > 14 || minutes > 59) return std::nullopt;
  const std::chrono::seconds distance = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return text[0] == '-' ? -distance : distance;
}

}  // namespace

bool WallClock::has_form(std::string_view timezone) {
  return distance_in(timezone) || cel::is_zone_name(timezone);  // UTC has the form of a zone
}

Result<WallClock> WallClock::of(std::string_view timezone, const std::filesystem::path& database) {
  WallClock clock;
  if (timezone == "UTC") return clock;
  if (const auto distance = distance_in(timezone)) {
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
