// Timestamps and durations: text forms, arithmetic and the calendar.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/lang/cel/value.h"

namespace plumb::cel {

inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

bool in_range(const Timestamp& time);  // years 1 to 9999
// RFC 3339, with up to nine digits of fraction.
std::optional<Timestamp> parse_timestamp(std::string_view text);
std::string timestamp_text(const Timestamp& time);  // in UTC, with as many digits of fraction as there are
// "1h2m3.5s", "-10ms"; nanoseconds. Nothing where it cannot be read or goes past 2^63 nanoseconds.
std::optional<std::int64_t> parse_duration(std::string_view text);
std::string duration_text(std::int64_t nanos);  // "61.5s"

// Nothing where the result leaves the range.
std::optional<Timestamp> plus(const Timestamp& time, std::int64_t nanos);
std::optional<std::int64_t> difference(const Timestamp& later, const Timestamp& earlier);

struct CivilTime {
  std::int64_t year = 1970;
  int month = 1;     // 1 to 12
  int day = 1;       // 1 to 31
  int weekday = 4;   // 0 is Sunday
  int year_day = 0;  // 0 to 365
  int hour = 0;
  int minute = 0;
  int second = 0;
};
CivilTime civil_time(std::int64_t seconds_since_1970);

// Seconds east of UTC at that time. `zone` is "+02:00", "-09:30", "UTC" or a name of the IANA database, which is read
// from /usr/share/zoneinfo. Nothing where there is no such zone.
std::optional<std::int64_t> zone_offset(std::string_view zone, std::int64_t seconds_since_1970);

}  // namespace plumb::cel
