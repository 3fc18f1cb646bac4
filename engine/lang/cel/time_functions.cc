// Getters of timestamps and durations.
#include "engine/lang/cel/library.h"
#include "engine/lang/cel/time.h"

namespace plumb::cel {
namespace {

// The receiver in its zone; an error value where there is no such zone.
Value in_zone(Call& call, CivilTime& civil) {
  const Timestamp time = call[0].as_timestamp();
  std::int64_t offset = 0;
  if (call.size() == 2) {
    // A zone's file is read each time: some tens of kilobytes at most.
    if (!call.budget.step(1000)) return cost_exceeded();
    const auto found = zone_offset(call.text(1), time.seconds);
    if (!found) {
      return fail("there is no time zone `" + std::string(call.text(1)) + "`",
                  "zones are names such as Europe/Berlin, or offsets such as +02:00");
    }
    offset = *found;
  }
  civil = civil_time(time.seconds + offset);
  return {};
}

template <class Get>
Value part(Call& call, Get get) {
  CivilTime civil;
  if (Value error = in_zone(call, civil); error.is_error()) return error;
  return Value::integer(get(civil));
}

Value full_year(Call& call) {
  return part(call, [](const CivilTime& c) { return c.year; });
}
Value month(Call& call) {
  return part(call, [](const CivilTime& c) { return c.month - 1; });
}
Value date(Call& call) {
  return part(call, [](const CivilTime& c) { return c.day; });
}
Value day_of_month(Call& call) {
  return part(call, [](const CivilTime& c) { return c.day - 1; });
}
Value day_of_week(Call& call) {
  return part(call, [](const CivilTime& c) { return c.weekday; });
}
Value day_of_year(Call& call) {
  return part(call, [](const CivilTime& c) { return c.year_day; });
}
Value hours(Call& call) {
  return part(call, [](const CivilTime& c) { return c.hour; });
}
Value minutes(Call& call) {
  return part(call, [](const CivilTime& c) { return c.minute; });
}
Value seconds(Call& call) {
  return part(call, [](const CivilTime& c) { return c.second; });
}
Value milliseconds(Call& call) {
  CivilTime civil;
  if (Value error = in_zone(call, civil); error.is_error()) return error;
  return Value::integer(call[0].as_timestamp().nanos / 1'000'000);
}

Value duration_hours(Call& call) {
  return Value::integer(call[0].as_duration() / (3600 * kNanosPerSecond));
}
Value duration_minutes(Call& call) {
  return Value::integer(call[0].as_duration() / (60 * kNanosPerSecond));
}
Value duration_seconds(Call& call) {
  return Value::integer(call[0].as_duration() / kNanosPerSecond);
}
Value duration_milliseconds(Call& call) {
  return Value::integer(call[0].as_duration() % kNanosPerSecond / 1'000'000);
}

}  // namespace

void add_time(FunctionTable& table) {
  struct Getter {
    const char* name;
    Implementation of_timestamp;
    Implementation of_duration;
    const char* doc;
  };
  constexpr Getter kGetters[] = {
      {"getFullYear", full_year, nullptr, "The year, in UTC or in the time zone given"},
      {"getMonth", month, nullptr, "The month, 0 for January"},
      {"getDate", date, nullptr, "The day of the month from 1"},
      {"getDayOfMonth", day_of_month, nullptr, "The day of the month from 0"},
      {"getDayOfWeek", day_of_week, nullptr, "The day of the week, 0 for Sunday"},
      {"getDayOfYear", day_of_year, nullptr, "The day of the year from 0"},
      {"getHours", hours, duration_hours, "The hour of a timestamp, or a duration in whole hours"},
      {"getMinutes", minutes, duration_minutes, "The minute of a timestamp, or a duration in whole minutes"},
      {"getSeconds", seconds, duration_seconds, "The second of a timestamp, or a duration in whole seconds"},
      {"getMilliseconds", milliseconds, duration_milliseconds, "The milliseconds within the second"},
  };
  for (const Getter& getter : kGetters) {
    const std::string name = getter.name;
    table.add("timestamp." + name + "() -> int", getter.of_timestamp, getter.doc);
    table.add("timestamp." + name + "(string) -> int", getter.of_timestamp);
    if (getter.of_duration) table.add("duration." + name + "() -> int", getter.of_duration);
  }
}

}  // namespace plumb::cel
