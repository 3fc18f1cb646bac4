// A rollout in its plan.
#include "engine/plan/rollout.h"

#include <gtest/gtest.h>

namespace plumb::plan {
namespace {

TEST(Rollout, ComesBackAsItWasWritten) {
  Rollout rollout;
  rollout.waves = {{"web", true, {"a"}}, {"web", false, {"b", "c"}}, {"", false, {"d"}}};
  rollout.pause_seconds = 30;
  rollout.tolerances.failed = {{5, true}, Amount{1, false}, {}};
  rollout.windows = {{{5, 6}, 2 * 60, 5 * 60, "Europe/Berlin"}};
  const Json json = to_json(rollout);
  EXPECT_EQ(json["window"][0]["timezone"], "Europe/Berlin");
  ASSERT_TRUE(rollout_from(json).has_value());
  EXPECT_EQ(*rollout_from(json), rollout);
  for (const char* change :
       {R"({"pause": -1})", R"({"waves": [{}]})", R"({"waves": [{"hosts": []}]})", R"({"more": 1})",
        R"({"tolerated": {}})", R"({"window": []})", R"({"waves": [{"hosts": ["a"], "canary": false}]})"}) {
    Json other = json;
    other.update(Json::parse(change));
    EXPECT_FALSE(rollout_from(other).has_value()) << change;
  }
}

}  // namespace
}  // namespace plumb::plan
