#include "engine/config/opening_hours.h"

#include <algorithm>

namespace plumb::config {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

// A window of one day of the week is skipped by the clock of that week at most.
constexpr days kFarthest{35};
// No clock is changed twice in this time.
constexpr std::chrono::hours kStep{6};

minutes length_of(const Window& window) {
  const minutes length(window.to - window.from);
  return length > minutes(0) ? length : length + days(1);
}

bool opens_on(const Window& window, sys_days day) {
  return window.days.contains(std::chrono::weekday(day).iso_encoding() - 1);
}

// The first second at which the clock is set as it is at `end`, and not yet at `begin`.
sys_seconds change_between(const WallClock& clock, sys_seconds begin, sys_seconds end) {
  const seconds before = clock.ahead_of_utc(begin);
  while (end - begin > seconds(1)) {
    const sys_seconds middle = begin + (end - begin) / 2;
    (clock.ahead_of_utc(middle) == before ? begin : end) = middle;
  }
  return end;
}

}  // namespace

Result<OpeningHours> OpeningHours::of(const std::vector<Window>& windows, const std::filesystem::path& database) {
  OpeningHours all;
  for (const Window& window : windows) {
    PLUMB_TRY_ASSIGN(WallClock clock, WallClock::of(window.timezone, database));
    all.hours_.push_back({window, std::move(clock)});
  }
  return all;
}

bool OpeningHours::Hours::open_at(WallTime shown) const {
  const sys_days today = std::chrono::floor<days>(shown);
  const auto open_since = [&](sys_days day) {
    const WallTime opens = day + minutes(window.from);
    return opens_on(window, day) && opens <= shown && shown < opens + length_of(window);
  };
  return open_since(today) || open_since(today - days(1));
}

// The first opening from `begin` on and before `end`. The clock is not changed between the two.
std::optional<sys_seconds> OpeningHours::Hours::opening_between(sys_seconds begin, sys_seconds end) const {
  // The change itself may have led into the window.
  if (is_open(begin) && !is_open(begin - seconds(1))) return begin;
  const seconds ahead = clock.ahead_of_utc(begin);
  const sys_days last = std::chrono::floor<days>(end + ahead);
  for (sys_days day = std::chrono::floor<days>(begin + ahead); day <= last; day += days(1)) {
    const sys_seconds opens = day + minutes(window.from) - ahead;
    if (opens_on(window, day) && opens >= begin && opens < end) return opens;
  }
  return std::nullopt;
}

std::optional<sys_seconds> OpeningHours::Hours::next_opening(sys_seconds now) const {
  sys_seconds begin = now + seconds(1);
  while (begin < now + kFarthest) {
    sys_seconds end = begin + kStep;
    const bool changes = clock.ahead_of_utc(end) != clock.ahead_of_utc(begin);
    if (changes) end = change_between(clock, begin, end);
    if (const auto opening = opening_between(begin, end)) return opening;
    begin = end;
  }
  return std::nullopt;
}

bool OpeningHours::is_open(sys_seconds now) const {
  return hours_.empty() ||
         std::any_of(hours_.begin(), hours_.end(), [now](const Hours& one) { return one.is_open(now); });
}

std::optional<sys_seconds> OpeningHours::next_opening(sys_seconds now) const {
  std::optional<sys_seconds> next;
  for (const Hours& one : hours_) {
    const std::optional<sys_seconds> opening = one.next_opening(now);
    if (opening && (!next || *opening < *next)) next = opening;
  }
  return next;
}

}  // namespace plumb::config
