#include "engine/base/time_text.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

using namespace std::chrono;

constexpr sys_seconds kMorning = sys_days(2026y / March / 7) + hours(2) + minutes(3) + seconds(4);

TEST(TimeText, IsInUtcAndPadded) {
  EXPECT_EQ(date_text(2026y / March / 7), "2026-03-07");
  EXPECT_EQ(rfc3339(kMorning), "2026-03-07T02:03:04Z");
  EXPECT_EQ(compact_time(kMorning), "20260307T020304Z");
  EXPECT_EQ(timestamp(kMorning + milliseconds(7)), "2026-03-07T02:03:04.007Z");
  EXPECT_EQ(timestamp(kMorning + microseconds(999'999)), "2026-03-07T02:03:04.999Z");
}

TEST(TimeText, HoldsBefore1970AndAtBothEnds) {
  EXPECT_EQ(rfc3339(sys_seconds(seconds(-1))), "1969-12-31T23:59:59Z");
  EXPECT_EQ(timestamp(system_clock::time_point(milliseconds(-1))), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(date_text(1y / January / 1), "0001-01-01");
  EXPECT_EQ(date_text(9999y / December / 31), "9999-12-31");
  EXPECT_EQ(date_text(2024y / February / 29), "2024-02-29");
}

}  // namespace
}  // namespace plumb
