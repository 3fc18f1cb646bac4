#include "engine/trust/machine_clock.h"

#include <ctime>

namespace plumb::trust {

std::chrono::sys_seconds by_machine_clock(std::chrono::local_seconds shown) {
  const auto day = std::chrono::floor<std::chrono::days>(shown);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(shown - day);
  std::tm broken{};
  broken.tm_year = static_cast<int>(date.year()) - 1900;
  broken.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  broken.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  broken.tm_hour = static_cast<int>(time.hours().count());
  broken.tm_min = static_cast<int>(time.minutes().count());
  broken.tm_sec = static_cast<int>(time.seconds().count());
  broken.tm_isdst = -1;
  return std::chrono::sys_seconds(std::chrono::seconds(std::mktime(&broken)));
}

}  // namespace plumb::trust
