#include "engine/base/time_text.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

std::chrono::sys_days day_of(int year, int month, int day) {
  return std::chrono::year(year) / month / day;
}

TEST(TimeText, IsInUtcAndPadded) {
  const std::chrono::sys_seconds morning = day_of(2026, 3, 7) + std::chrono::seconds(2 * 3600 + 3 * 60 + 4);
  EXPECT_EQ(date_text(day_of(2026, 3, 7)), "2026-03-07");
  EXPECT_EQ(rfc3339(morning), "2026-03-07T02:03:04Z");
  EXPECT_EQ(compact_time(morning), "20260307T020304Z");
  EXPECT_EQ(timestamp(morning + std::chrono::milliseconds(7)), "2026-03-07T02:03:04.007Z");
  EXPECT_EQ(timestamp(morning + std::chrono::microseconds(999'999)), "2026-03-07T02:03:04.999Z");
}

TEST(TimeText, HoldsBefore1970AndAtBothEnds) {
  const std::chrono::sys_seconds epoch{};
  EXPECT_EQ(rfc3339(epoch - std::chrono::seconds(1)), "1969-12-31T23:59:59Z");
  EXPECT_EQ(timestamp(epoch - std::chrono::milliseconds(1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(date_text(day_of(1, 1, 1)), "0001-01-01");
  EXPECT_EQ(date_text(day_of(2024, 2, 29)), "2024-02-29");
  EXPECT_EQ(date_text(day_of(9999, 12, 31)), "9999-12-31");
}

}  // namespace
}  // namespace plumb
