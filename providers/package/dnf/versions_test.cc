// Versions by rpm's own rule: the examples of its documentation and of its tests.
#include <gtest/gtest.h>

#include "providers/package/rpm_version.h"

namespace plumb::providers::package::dnf {
namespace {

struct Order {
  const char* one;
  const char* other;
  int order;
};

TEST(RpmVersions, AreOrderedAsRpmOrdersThem) {
  constexpr Order kOrders[] = {
      {"1.0", "1.0", 0},
      {"1.0", "2.0", -1},
      {"2.0", "1.0", 1},
      {"2.0.1", "2.0.1", 0},
      {"2.0", "2.0.1", -1},
      {"2.0.1a", "2.0.1a", 0},
      {"2.0.1a", "2.0.1", 1},
      {"5.5p1", "5.5p2", -1},
      {"5.5p10", "5.5p1", 1},
      {"10xyz", "10.1xyz", -1},
      {"xyz10", "xyz10.1", -1},
      {"xyz.4", "8", -1},
      {"xyz.4", "2", -1},
      {"5.5p2", "5.6p1", -1},
      {"6.0.rc1", "6.0", 1},
      {"10b2", "10a1", 1},
      {"1.0aa", "1.0a", 1},
      {"10.0001", "10.0039", -1},
      {"10.0001", "10.1", 0},
      {"4.999.9", "5.0", -1},
      {"20101121", "20101122", -1},
      {"2_0", "2.0", 0},
      {"2.0", "2_0", 0},
      {"a", "a", 0},
      {"a+", "a_", 0},
      {"+", "_", 0},
      {"_+", "", 0},
      {"1.0~rc1", "1.0~rc1", 0},
      {"1.0~rc1", "1.0", -1},
      {"1.0~rc1", "1.0~rc2", -1},
      {"1.0~rc1~git123", "1.0~rc1", -1},
      {"1.0^", "1.0^", 0},
      {"1.0^", "1.0", 1},
      {"1.0^git1", "1.0", 1},
      {"1.0^git1", "1.0^git2", -1},
      {"1.0^git1", "1.01", -1},
      {"1.0^20160101", "1.0.1", -1},
      {"1.0^20160101^git1", "1.0^20160101", 1},
      {"1.0~rc1^git1", "1.0~rc1", 1},
      {"1.0^git1~pre", "1.0^git1", -1},
      {"1.0^git1", "1.0~rc1^git1", 1},
      {"00000000000000000000000000000001", "1", 0},
      {"99999999999999999999999999999999", "1", 1},
  };
  for (const Order& one : kOrders) {
    EXPECT_EQ(compare_rpm_parts(one.one, one.other), one.order) << one.one << " and " << one.other;
    EXPECT_EQ(compare_rpm_parts(one.other, one.one), -one.order) << one.other << " and " << one.one;
  }
}

TEST(RpmVersions, EpochsComeFirstAndReleasesLast) {
  EXPECT_EQ(compare_rpm_versions("1:1.0-1", "2.0-1"), 1);
  EXPECT_EQ(compare_rpm_versions("0:1.0-1", "1.0-1"), 0);
  EXPECT_EQ(compare_rpm_versions("1.0-2.el9", "1.0-10.el9"), -1);
  EXPECT_EQ(compare_rpm_versions("1.0", "1.0-10.el9"), 0);
}

TEST(RpmVersions, WhatIsLeftOutMayBeAny) {
  EXPECT_TRUE(rpm_version_matches("1.20.1", "1:1.20.1-14.el9"));
  EXPECT_TRUE(rpm_version_matches("1.20.1-14.el9", "1:1.20.1-14.el9"));
  EXPECT_TRUE(rpm_version_matches("1:1.20.1", "1:1.20.1-14.el9"));
  EXPECT_TRUE(rpm_version_matches("1.20.*", "1:1.20.1-14.el9"));
  EXPECT_TRUE(rpm_version_matches("1.20.1-14*", "1.20.1-14.el9"));
  EXPECT_FALSE(rpm_version_matches("1.20", "1:1.20.1-14.el9"));
  EXPECT_FALSE(rpm_version_matches("2:1.20.1", "1:1.20.1-14.el9"));
  EXPECT_FALSE(rpm_version_matches("1.20.1-1*", "1.20.1-24.el9"));
}

}  // namespace
}  // namespace plumb::providers::package::dnf
