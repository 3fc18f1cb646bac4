// Maintenance windows at given times. 2026-03-07 is a Saturday.
#include "engine/config/opening_hours.h"

#include <gtest/gtest.h>

#include "engine/base/time_text.h"
#include "engine/lang/testing/zone_files.h"

namespace plumb::config {
namespace {

using std::chrono::sys_seconds;

sys_seconds at(int day, int hour, int minute, int second = 0) {
  const std::chrono::sys_days date = std::chrono::year(2026) / 3 / day;
  return date + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

OpeningHours hours(const char* json) {
  return OpeningHours::of(read_windows(Json::parse(json))).value();
}

std::string next(const OpeningHours& hours, sys_seconds now) {
  const auto opening = hours.next_opening(now);
  return opening ? rfc3339(*opening) : "never";
}

TEST(OpeningHours, IsOpenFromItsFirstSecondToBeforeItsLast) {
  const OpeningHours weekend = hours(R"({"days": ["sat", "sun"], "from": "02:00", "to": "05:00"})");
  EXPECT_FALSE(weekend.is_open(at(7, 1, 59, 59)));
  EXPECT_TRUE(weekend.is_open(at(7, 2, 0)));
  EXPECT_TRUE(weekend.is_open(at(8, 4, 59, 59)));
  EXPECT_FALSE(weekend.is_open(at(8, 5, 0)));
  EXPECT_FALSE(weekend.is_open(at(9, 3, 0)));
}

TEST(OpeningHours, MayGoOnAfterMidnightOfItsDay) {
  const OpeningHours night = hours(R"({"days": ["fri"], "from": "22:30", "to": "04:00"})");
  EXPECT_TRUE(night.is_open(at(6, 23, 0)));
  EXPECT_TRUE(night.is_open(at(7, 3, 59)));
  EXPECT_FALSE(night.is_open(at(7, 4, 0)));
  EXPECT_FALSE(night.is_open(at(6, 3, 0)));
  EXPECT_FALSE(night.is_open(at(7, 23, 0)));
}

TEST(OpeningHours, GoesByItsOwnClock) {
  const OpeningHours east = hours(R"({"days": ["sat"], "from": "00:30", "to": "02:00", "timezone": "+02:00"})");
  EXPECT_TRUE(east.is_open(at(6, 22, 30)));
  EXPECT_FALSE(east.is_open(at(7, 0, 30)));
  EXPECT_EQ(next(east, at(6, 12, 0)), "2026-03-06T22:30:00Z");
  const OpeningHours west = hours(R"({"days": ["sat"], "from": "22:00", "to": "23:00", "timezone": "-05:30"})");
  EXPECT_TRUE(west.is_open(at(8, 3, 45)));
}

TEST(OpeningHours, AWholeDay) {
  const OpeningHours day = hours(R"({"days": ["sat"], "from": "00:00", "to": "24:00"})");
  EXPECT_FALSE(day.is_open(at(6, 23, 59, 59)));
  EXPECT_TRUE(day.is_open(at(7, 0, 0)));
  EXPECT_TRUE(day.is_open(at(7, 23, 59, 59)));
  EXPECT_FALSE(day.is_open(at(8, 0, 0)));
  const OpeningHours same = hours(R"({"days": ["sat"], "from": "06:00", "to": "06:00"})");
  EXPECT_TRUE(same.is_open(at(8, 5, 59)));
  EXPECT_FALSE(same.is_open(at(8, 6, 0)));
}

TEST(OpeningHours, OneOfSeveralIsEnough) {
  const OpeningHours both =
      hours(R"([{"days": ["mon"], "from": "01:00", "to": "02:00"}, {"from": "12:00", "to": "12:30"}])");
  EXPECT_TRUE(both.is_open(at(9, 1, 30)));
  EXPECT_TRUE(both.is_open(at(10, 12, 15)));
  EXPECT_FALSE(both.is_open(at(10, 1, 30)));
  EXPECT_EQ(next(both, at(8, 13, 0)), "2026-03-09T01:00:00Z");
}

TEST(OpeningHours, OpensNextAWeekLaterWhereTodaysIsOver) {
  const OpeningHours weekly = hours(R"({"days": ["sat"], "from": "02:00", "to": "05:00"})");
  EXPECT_EQ(next(weekly, at(7, 1, 0)), "2026-03-07T02:00:00Z");
  EXPECT_EQ(next(weekly, at(7, 2, 0)), "2026-03-14T02:00:00Z");
  EXPECT_EQ(next(weekly, at(7, 6, 0)), "2026-03-14T02:00:00Z");
}

TEST(OpeningHours, WithoutWindowsAreAlways) {
  EXPECT_TRUE(OpeningHours::of({}).value().is_open(at(7, 2, 0)));
}

// Zones that change their clocks: Europe/Berlin on 2026-03-29 from 02:00 to 03:00 (at 01:00 UTC) and on 2026-10-25 from
// 03:00 back to 02:00 (at 01:00 UTC); Australia/Sydney on 2026-04-05 from 03:00 back to 02:00 (at 16:00 UTC of the day
// before) and on 2026-10-04 from 02:00 to 03:00 (at 16:00 UTC of the day before). All four days are Sundays.
class DaylightSaving : public ::testing::Test {
 protected:
  DaylightSaving() {
    zones_.add("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3");
    zones_.add("Australia/Sydney", "AEST-10AEDT,M10.1.0,M4.1.0/3");
  }

  OpeningHours hours(const std::string& zone, const char* days, const char* from, const char* to) const {
    Json json = {{"from", from}, {"to", to}, {"timezone", zone}};
    if (*days != '\0') json["days"] = Json::array({days});
    return OpeningHours::of(read_windows(json), zones_.folder()).value();
  }

  static sys_seconds utc(const char* text) {
    int month = 0, day = 0, hour = 0, minute = 0;
    EXPECT_EQ(std::sscanf(text, "%d-%d %d:%d", &month, &day, &hour, &minute), 4);
    const std::chrono::sys_days date = std::chrono::year(2026) / month / day;
    return date + std::chrono::hours(hour) + std::chrono::minutes(minute);
  }

  // Every minute of this time in which they are open, as stretches: "03-28 01:00 to 02:00".
  static std::string open_between(const OpeningHours& hours, const char* from, const char* to) {
    std::string text;
    sys_seconds since;
    bool open = false;
    for (sys_seconds now = utc(from); now <= utc(to); now += std::chrono::minutes(1)) {
      if (hours.is_open(now) == open) continue;
      open = !open;
      if (open) since = now;
      if (!open)
        text += (text.empty() ? "" : ", ") + rfc3339(since).substr(5, 11) + " to " + rfc3339(now).substr(11, 5);
    }
    return text;
  }

  lang::ZoneFiles zones_;
};

TEST_F(DaylightSaving, MovesWindowsWithTheClock) {
  const OpeningHours berlin = hours("Europe/Berlin", "", "02:00", "05:00");
  EXPECT_EQ(open_between(berlin, "02-10 00:00", "02-11 00:00"), "02-10T01:00 to 04:00");
  EXPECT_EQ(open_between(berlin, "07-10 00:00", "07-11 00:00"), "07-10T00:00 to 03:00");
  EXPECT_EQ(next(berlin, utc("02-10 12:00")), "2026-02-11T01:00:00Z");
  EXPECT_EQ(next(berlin, utc("03-29 12:00")), "2026-03-30T00:00:00Z");
  const OpeningHours sydney = hours("Australia/Sydney", "", "02:00", "05:00");
  EXPECT_EQ(open_between(sydney, "02-10 00:00", "02-11 00:00"), "02-10T15:00 to 18:00");
  EXPECT_EQ(open_between(sydney, "07-10 00:00", "07-11 00:00"), "07-10T16:00 to 19:00");
}

TEST_F(DaylightSaving, AnHourThatTheClockSkipsIsNotThere) {
  const OpeningHours within = hours("Europe/Berlin", "", "02:00", "03:00");
  EXPECT_EQ(open_between(within, "03-28 00:00", "03-31 00:00"), "03-28T01:00 to 02:00, 03-30T00:00 to 01:00");
  EXPECT_EQ(next(within, utc("03-28 12:00")), "2026-03-30T00:00:00Z");
  // From 01:30 until the clock would show 02:30, which is when it shows 03:00.
  const OpeningHours into = hours("Europe/Berlin", "sun", "01:30", "02:30");
  EXPECT_EQ(open_between(into, "03-28 00:00", "03-31 00:00"), "03-29T00:30 to 01:00");
  // The clock comes from 02:00 to 03:00, and with it the window opens.
  const OpeningHours out_of = hours("Europe/Berlin", "sun", "02:30", "04:00");
  EXPECT_EQ(open_between(out_of, "03-28 00:00", "03-31 00:00"), "03-29T01:00 to 02:00");
  EXPECT_EQ(next(out_of, utc("03-28 12:00")), "2026-03-29T01:00:00Z");
  const OpeningHours around = hours("Europe/Berlin", "sun", "01:00", "04:00");
  EXPECT_EQ(open_between(around, "03-28 00:00", "03-31 00:00"), "03-29T00:00 to 02:00");
  const OpeningHours sydney = hours("Australia/Sydney", "", "02:00", "03:00");
  EXPECT_EQ(open_between(sydney, "10-02 12:00", "10-05 00:00"), "10-02T16:00 to 17:00, 10-04T15:00 to 16:00");
}

TEST_F(DaylightSaving, AWindowThatOneWeekSkipsOpensInTheNext) {
  const OpeningHours weekly = hours("Europe/Berlin", "sun", "02:00", "03:00");
  EXPECT_EQ(next(weekly, utc("03-22 12:00")), "2026-04-05T00:00:00Z");
}

TEST_F(DaylightSaving, AnHourThatTheClockRepeatsIsThereTwice) {
  const OpeningHours within = hours("Europe/Berlin", "", "02:00", "03:00");
  EXPECT_EQ(open_between(within, "10-25 00:00", "10-26 00:00"), "10-25T00:00 to 02:00");
  const OpeningHours half = hours("Europe/Berlin", "", "02:00", "02:30");
  EXPECT_EQ(open_between(half, "10-25 00:00", "10-26 00:00"), "10-25T00:00 to 00:30, 10-25T01:00 to 01:30");
  EXPECT_EQ(next(half, utc("10-25 00:45")), "2026-10-25T01:00:00Z");
  EXPECT_EQ(next(half, utc("10-25 01:45")), "2026-10-26T01:00:00Z");
  const OpeningHours into = hours("Europe/Berlin", "", "01:00", "02:30");
  EXPECT_EQ(open_between(into, "10-24 22:00", "10-25 22:00"), "10-24T23:00 to 00:30, 10-25T01:00 to 01:30");
  const OpeningHours sydney = hours("Australia/Sydney", "", "02:30", "03:30");
  EXPECT_EQ(open_between(sydney, "04-04 12:00", "04-05 12:00"), "04-04T15:30 to 16:00, 04-04T16:30 to 17:30");
  EXPECT_EQ(next(sydney, utc("04-04 12:00")), "2026-04-04T15:30:00Z");
  EXPECT_EQ(next(sydney, utc("04-04 16:10")), "2026-04-04T16:30:00Z");
}

TEST_F(DaylightSaving, WindowsAcrossMidnightBelongToTheDayOnWhichTheyOpen) {
  const OpeningHours spring = hours("Europe/Berlin", "sat", "22:00", "04:00");
  EXPECT_EQ(open_between(spring, "03-27 00:00", "03-31 00:00"), "03-28T21:00 to 02:00");
  EXPECT_EQ(open_between(spring, "10-23 00:00", "10-27 00:00"), "10-24T20:00 to 03:00");
  const OpeningHours skipped = hours("Europe/Berlin", "sat", "22:00", "02:30");
  EXPECT_EQ(open_between(skipped, "03-27 00:00", "03-31 00:00"), "03-28T21:00 to 01:00");
  const OpeningHours day = hours("Australia/Sydney", "sun", "00:00", "24:00");
  EXPECT_EQ(open_between(day, "04-04 00:00", "04-06 00:00"), "04-04T13:00 to 14:00");  // 25 hours
  EXPECT_EQ(open_between(day, "10-03 00:00", "10-06 00:00"), "10-03T14:00 to 13:00");  // 23 hours
}

TEST_F(DaylightSaving, SaysWhatIsWrongWithAZone) {
  const auto problem = [&](const char* zone) {
    const Json json = {{"from", "02:00"}, {"to", "03:00"}, {"timezone", zone}};
    const Result<OpeningHours> read = OpeningHours::of(read_windows(json), zones_.folder());
    return read ? "none" : read.error().summary();
  };
  EXPECT_EQ(problem("Europe/Berlin"), "none");
  EXPECT_EQ(problem("Europe/Paris"),
            "the time zone database in " + zones_.folder().string() + " has no zone `Europe/Paris`");
}

}  // namespace
}  // namespace plumb::config
