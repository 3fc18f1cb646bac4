// Maintenance windows at given times. 2026-03-07 is a Saturday.
#include "engine/config/window.h"

#include <gtest/gtest.h>

namespace plumb::config {
namespace {

using std::chrono::sys_seconds;

sys_seconds at(int day, int hour, int minute, int second = 0) {
  const std::chrono::sys_days date = std::chrono::year(2026) / 3 / day;
  return date + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

std::vector<Window> windows(const char* json) {
  return read_windows(Json::parse(json));
}

TEST(Window, IsOpenFromItsFirstSecondToBeforeItsLast) {
  const auto weekend = windows(R"({"days": ["sat", "sun"], "from": "02:00", "to": "05:00"})");
  EXPECT_FALSE(is_open(weekend, at(7, 1, 59, 59)));
  EXPECT_TRUE(is_open(weekend, at(7, 2, 0)));
  EXPECT_TRUE(is_open(weekend, at(8, 4, 59, 59)));
  EXPECT_FALSE(is_open(weekend, at(8, 5, 0)));
  EXPECT_FALSE(is_open(weekend, at(9, 3, 0)));
}

TEST(Window, MayGoOnAfterMidnightOfItsDay) {
  const auto night = windows(R"({"days": ["fri"], "from": "22:30", "to": "04:00"})");
  EXPECT_TRUE(is_open(night, at(6, 23, 0)));
  EXPECT_TRUE(is_open(night, at(7, 3, 59)));
  EXPECT_FALSE(is_open(night, at(7, 4, 0)));
  EXPECT_FALSE(is_open(night, at(6, 3, 0)));
  EXPECT_FALSE(is_open(night, at(7, 23, 0)));
}

TEST(Window, GoesByItsOwnClock) {
  const auto east = windows(R"({"days": ["sat"], "from": "00:30", "to": "02:00", "timezone": "+02:00"})");
  EXPECT_TRUE(is_open(east, at(6, 22, 30)));
  EXPECT_FALSE(is_open(east, at(7, 0, 30)));
  EXPECT_EQ(rfc3339(next_opening(east, at(6, 12, 0))), "2026-03-06T22:30:00Z");
  const auto west = windows(R"({"days": ["sat"], "from": "22:00", "to": "23:00", "timezone": "-05:30"})");
  EXPECT_TRUE(is_open(west, at(8, 3, 45)));
}

TEST(Window, AWholeDay) {
  const auto day = windows(R"({"days": ["sat"], "from": "00:00", "to": "24:00"})");
  EXPECT_FALSE(is_open(day, at(6, 23, 59, 59)));
  EXPECT_TRUE(is_open(day, at(7, 0, 0)));
  EXPECT_TRUE(is_open(day, at(7, 23, 59, 59)));
  EXPECT_FALSE(is_open(day, at(8, 0, 0)));
  const auto same = windows(R"({"days": ["sat"], "from": "06:00", "to": "06:00"})");
  EXPECT_TRUE(is_open(same, at(8, 5, 59)));
  EXPECT_FALSE(is_open(same, at(8, 6, 0)));
}

TEST(Window, OneOfSeveralIsEnough) {
  const auto both = windows(R"([{"days": ["mon"], "from": "01:00", "to": "02:00"}, {"from": "12:00", "to": "12:30"}])");
  EXPECT_TRUE(is_open(both, at(9, 1, 30)));
  EXPECT_TRUE(is_open(both, at(10, 12, 15)));
  EXPECT_FALSE(is_open(both, at(10, 1, 30)));
  EXPECT_EQ(rfc3339(next_opening(both, at(8, 13, 0))), "2026-03-09T01:00:00Z");
}

TEST(Window, OpensNextAWeekLaterWhereTodaysIsOver) {
  const auto weekly = windows(R"({"days": ["sat"], "from": "02:00", "to": "05:00"})");
  EXPECT_EQ(rfc3339(next_opening(weekly, at(7, 1, 0))), "2026-03-07T02:00:00Z");
  EXPECT_EQ(rfc3339(next_opening(weekly, at(7, 2, 0))), "2026-03-14T02:00:00Z");
  EXPECT_EQ(rfc3339(next_opening(weekly, at(7, 6, 0))), "2026-03-14T02:00:00Z");
}

TEST(Window, StandsInPlansInOneForm) {
  const auto given = windows(R"({"days": ["sun", "sat"], "from": "02:00", "to": "05:00"})");
  const Json json = to_json(given);
  EXPECT_EQ(json, Json::parse(R"([{"days": ["sat", "sun"], "from": "02:00", "to": "05:00", "timezone": "UTC"}])"));
  ASSERT_TRUE(windows_from(json));
  EXPECT_EQ(*windows_from(json), given);
  EXPECT_EQ(text_of(given[0]), "Sat, Sun from 02:00 to 05:00 UTC");
  EXPECT_EQ(text_of(windows(R"({"from": "02:00", "to": "05:00", "timezone": "-01:00"})")[0]),
            "every day from 02:00 to 05:00 -01:00");
}

TEST(Window, OtherFormsAreRefused) {
  for (const char* text : {"{}", "[]", "[1]", R"([{"days": [], "from": "02:00", "to": "05:00", "timezone": "UTC"}])",
                           R"([{"days": ["sat"], "from": "2:00", "to": "05:00", "timezone": "UTC"}])",
                           R"([{"days": ["sat"], "from": "02:00", "to": "99:00", "timezone": "UTC"}])",
                           R"([{"days": ["sat"], "from": "02:00", "to": "05:00", "timezone": ""}])",
                           R"([{"days": ["sat"], "from": "02:00", "to": "05:00"}])"}) {
    EXPECT_FALSE(windows_from(Json::parse(text))) << text;
  }
}

}  // namespace
}  // namespace plumb::config
