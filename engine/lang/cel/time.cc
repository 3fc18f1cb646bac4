#include "engine/lang/cel/time.h"

#include <algorithm>

#include "engine/base/time_text.h"
#include "engine/lang/cel/time_zone.h"

namespace plumb::cel {
namespace {

constexpr std::int64_t kFirstSecond = -62'135'596'800;
constexpr std::int64_t kLastSecond = 253'402'300'799;
constexpr std::int64_t kSecondsPerDay = 86'400;

// Days since 1970 of a date of the proleptic Gregorian calendar, counted in eras of 400 years from March on.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in_month(std::int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

// Reads `count` digits.
bool take_number(std::string_view& text, std::size_t count, int& number) {
  if (text.size() < count) return false;
  number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take_any_of(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// Digits past what a nanosecond can hold are dropped.
bool take_fraction(std::string_view& text, std::uint32_t& nanos) {
  std::uint32_t scale = 100'000'000;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    ++digits;
    nanos += static_cast<std::uint32_t>(text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
  }
  return digits > 0;
}

// "Z" or "+02:00"
bool take_offset(std::string_view& text, std::int64_t& offset) {
  if (take_any_of(text, "Zz")) return true;
  const bool negative = !text.empty() && text.front() == '-';
  int hours = 0;
  int minutes = 0;
  if (!take_any_of(text, "+-") || !take_number(text, 2, hours) || !take_any_of(text, ":") ||
      !take_number(text, 2, minutes))
    return false;
  if (hours > 23 || minutes > 59) return false;
  const std::int64_t seconds = (std::int64_t{hours} * 60 + minutes) * 60;
  offset = negative ? -seconds : seconds;
  return true;
}

// ".5", ".123456789"; empty for a whole second.
std::string fraction_text(std::uint32_t nanos) {
  if (nanos == 0) return {};
  std::string digits = std::to_string(nanos);
  digits.insert(0, 9 - digits.size(), '0');
  digits.resize(digits.find_last_not_of('0') + 1);
  return "." + digits;
}

}  // namespace

bool in_range(const Timestamp& time) {
  return time.seconds >= kFirstSecond && time.seconds <= kLastSecond;
}

CivilTime civil_time(std::int64_t seconds) {
  std::int64_t days = seconds / kSecondsPerDay;
  std::int64_t rest = seconds % kSecondsPerDay;
  if (rest < 0) {
    rest += kSecondsPerDay;
    --days;
  }
  CivilTime civil;
  civil.hour = static_cast<int>(rest / 3600);
  civil.minute = static_cast<int>(rest / 60 % 60);
  civil.second = static_cast<int>(rest % 60);
  civil.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  civil.day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  civil.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
  civil.year_day = static_cast<int>(days - days_from_civil(civil.year, 1, 1));
  return civil;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::uint32_t nanos = 0;
  std::int64_t offset = 0;
  const bool date = take_number(text, 4, year) && take_any_of(text, "-") && take_number(text, 2, month) &&
                    take_any_of(text, "-") && take_number(text, 2, day) && take_any_of(text, "Tt");
  const bool clock = date && take_number(text, 2, hour) && take_any_of(text, ":") && take_number(text, 2, minute) &&
                     take_any_of(text, ":") && take_number(text, 2, second);
  if (!clock || (take_any_of(text, ".") && !take_fraction(text, nanos)) || !take_offset(text, offset) || !text.empty())
    return {};
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return {};
  if (hour > 23 || minute > 59 || second > 59) return {};
  const std::int64_t since_midnight = (std::int64_t{hour} * 60 + minute) * 60 + second;
  const Timestamp time{days_from_civil(year, month, day) * kSecondsPerDay + since_midnight - offset, nanos};
  if (!in_range(time)) return {};
  return time;
}

std::string timestamp_text(const Timestamp& time) {
  std::string text = rfc3339(std::chrono::sys_seconds(std::chrono::seconds(time.seconds)));
  text.insert(text.size() - 1, fraction_text(time.nanos));
  return text;
}

namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
constexpr Unit kUnits[] = {{"ns", 1},
                           {"us", 1'000},
                           {"\xC2\xB5s", 1'000},  // micro sign
                           {"\xCE\xBCs", 1'000},  // Greek mu
                           {"ms", 1'000'000},
                           {"s", kNanosPerSecond},
                           {"m", 60 * kNanosPerSecond},
                           {"h", 3600 * kNanosPerSecond}};

const Unit* take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    // "m" must not be taken of "ms".
    if (!text.starts_with(unit.name) || (unit.name == "m" && text.starts_with("ms"))) continue;
    text.remove_prefix(unit.name.size());
    return &unit;
  }
  return nullptr;
}

__extension__ using Wide = __int128;

// One "1.5h"; digits past what a nanosecond can hold are dropped.
bool take_part(std::string_view& text, Wide& total) {
  constexpr Wide kMost = Wide{1} << 100;
  Wide whole = 0;
  Wide fraction = 0;
  Wide scale = 1;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
    if (whole < kMost / 10) whole = whole * 10 + (text.front() - '0');
  }
  if (take_any_of(text, ".")) {
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
      if (scale >= Wide{1'000'000'000'000'000'000}) continue;
      fraction = fraction * 10 + (text.front() - '0');
      scale *= 10;
    }
  }
  if (digits == 0 || whole > Wide{1} << 64) return false;
  const Unit* unit = take_unit(text);
  if (!unit) return false;
  total += whole * unit->nanos + fraction * unit->nanos / scale;
  return true;
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  take_any_of(text, "+-");
  if (text == "0") return 0;
  if (text.empty()) return {};
  Wide total = 0;
  while (!text.empty()) {
    if (!take_part(text, total) || total > Wide{1} << 64) return {};
  }
  if (negative) total = -total;
  if (total > INT64_MAX || total < INT64_MIN) return {};
  return static_cast<std::int64_t>(total);
}

std::string duration_text(std::int64_t nanos) {
  const bool negative = nanos < 0;
  const std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  return (negative ? "-" : "") + std::to_string(size / kNanosPerSecond) +
         fraction_text(static_cast<std::uint32_t>(size % kNanosPerSecond)) + "s";
}

std::optional<Timestamp> plus(const Timestamp& time, std::int64_t nanos) {
  std::int64_t seconds = time.seconds + nanos / kNanosPerSecond;
  std::int64_t rest = static_cast<std::int64_t>(time.nanos) + nanos % kNanosPerSecond;
  if (rest < 0) {
    rest += kNanosPerSecond;
    --seconds;
  } else if (rest >= kNanosPerSecond) {
    rest -= kNanosPerSecond;
    ++seconds;
  }
  const Timestamp sum{seconds, static_cast<std::uint32_t>(rest)};
  if (!in_range(sum)) return {};
  return sum;
}

std::optional<std::int64_t> difference(const Timestamp& later, const Timestamp& earlier) {
  const Wide total = Wide{later.seconds - earlier.seconds} * kNanosPerSecond + later.nanos - earlier.nanos;
  if (total > INT64_MAX || total < INT64_MIN) return {};
  return static_cast<std::int64_t>(total);
}

std::optional<std::int64_t> zone_offset(std::string_view zone, std::int64_t seconds) {
  if (zone.empty() || zone == "UTC" || zone == "Z") return 0;
  std::string_view rest = zone;
  std::int64_t offset = 0;
  if (take_offset(rest, offset) && rest.empty()) return offset;
  // "02:00" is allowed too, and stands east of UTC.
  const std::string signed_zone = "+" + std::string(zone);
  rest = signed_zone;
  if (take_offset(rest, offset) && rest.empty()) return offset;
  return database_offset(zone, seconds);
}

}  // namespace plumb::cel
