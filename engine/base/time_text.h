// Times as text, in UTC, without locale and time zone files. Of the years 0 to 9999.
#pragma once

#include <chrono>
#include <string>

namespace plumb {

// "2026-03-07"
std::string date_text(std::chrono::sys_days day);
// "2026-03-07T02:00:00Z"
std::string rfc3339(std::chrono::sys_seconds time);
// "20260307T020000Z", for names.
std::string compact_time(std::chrono::sys_seconds time);
// "2026-03-07T02:00:00.123Z"
std::string timestamp(std::chrono::system_clock::time_point time);

}  // namespace plumb
