// What a host is left with comes back, however it is kept.
#include "engine/run/host_planner.h"

#include <gtest/gtest.h>

namespace plumb::run {
namespace {

TEST(PlannedHostTest, WhatIsLeftComesBackWholeAndPacked) {
  Json deep = "end";
  for (int i = 0; i < 70; ++i) deep = Json::array({deep});
  const PlannedHost::Attributes left = {{"note:/a", {{"text", std::string(5000, 'x')}, {"lit", true}, {"deep", deep}}},
                                        {"note:/b", {{"text", "\u00fc"}, {"count", -3}}}};
  for (const bool packs : {false, true}) {
    const PlannedHost host({}, left, packs);
    const Result<PlannedHost::Attributes> back = host.left();
    ASSERT_TRUE(back.has_value()) << back.error().summary();
    EXPECT_EQ(*back, left);
  }
}

}  // namespace
}  // namespace plumb::run
