#include "engine/report/host_list.h"

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

TEST(HostList, MakesRangesOfRunsOfThree) {
  EXPECT_EQ(host_list({"web01", "web02", "web03", "web05"}), "web[01:03], web05");
  EXPECT_EQ(host_list({"a1.example.com", "a2.example.com", "a3.example.com"}), "a[1:3].example.com");
}

TEST(HostList, LeavesPairsAndNamesWithoutNumbersAlone) {
  EXPECT_EQ(host_list({"db", "web1", "web2"}), "db, web1, web2");
  EXPECT_EQ(host_list({"a9", "a10", "a11"}), "a9, a10, a11");
}

TEST(HostList, CountsWhatDoesNotFit) {
  EXPECT_EQ(host_list({"alpha", "bravo", "charlie"}, 14), "alpha, bravo, … (3 hosts)");
}

}  // namespace
}  // namespace plumb::report
