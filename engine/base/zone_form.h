// How times of day name the clock that shows them: "UTC", "+02:00", "Europe/Berlin".
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace plumb {

// "+02:00", up to 14 hours; nothing for anything else.
std::optional<std::chrono::seconds> distance_from_utc(std::string_view text);

// Whether it has the form of a zone's name in the IANA time zone database. No such name leads out of the database's
// folder, and none means something else on another machine, as `localtime` there does. The database is not asked.
bool is_zone_name(std::string_view text);

// One of the three; UTC has the form of a zone.
bool has_zone_form(std::string_view text);

}  // namespace plumb
