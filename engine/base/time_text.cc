#include "engine/base/time_text.h"

#include <algorithm>

namespace plumb {
namespace {

std::string padded(long long number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

}  // namespace

std::string date_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return padded(static_cast<int>(date.year()), 4) + '-' + padded(static_cast<unsigned>(date.month()), 2) + '-' +
         padded(static_cast<unsigned>(date.day()), 2);
}

std::string rfc3339(std::chrono::sys_seconds time) {
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(time);
  const long long of_day = (time - day).count();
  return date_text(day) + 'T' + padded(of_day / 3600, 2) + ':' + padded(of_day / 60 % 60, 2) + ':' +
         padded(of_day % 60, 2) + 'Z';
}

std::string compact_time(std::chrono::sys_seconds time) {
  std::string text = rfc3339(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  std::string text = rfc3339(whole);
  text.insert(text.size() - 1, "." + padded(std::chrono::floor<std::chrono::milliseconds>(time - whole).count(), 3));
  return text;
}

}  // namespace plumb
