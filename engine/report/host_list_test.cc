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
  EXPECT_EQ(host_list({"a9", "a11", "a12"}), "a9, a11, a12");
}

TEST(HostList, CountsAsPeopleDo) {
  EXPECT_EQ(host_list({"h1", "h10", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9"}), "h[1:10]");
  EXPECT_EQ(host_list({"web10", "web2", "db"}), "db, web2, web10");
  EXPECT_EQ(host_list({"a08", "a09", "a10", "a11"}), "a[08:11]");
  EXPECT_EQ(host_list({"a099", "a100", "a98"}), "a98, a099, a100") << "no pattern names numbers of several widths";
}

TEST(HostList, CountsWhatDoesNotFit) {
  EXPECT_EQ(host_list({"alpha", "bravo", "charlie"}, 14), "alpha, bravo, … (3 hosts)");
}

}  // namespace
}  // namespace plumb::report
