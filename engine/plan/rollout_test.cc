#include "engine/plan/rollout.h"

#include <gtest/gtest.h>

namespace plumb::plan {
namespace {

using config::Amount;

std::set<std::string> hosts(int count, const std::string& name = "h") {
  std::set<std::string> all;
  for (int i = 1; i <= count; ++i) all.insert(name + (i < 10 ? "0" : "") + std::to_string(i));
  return all;
}

std::vector<std::size_t> sizes(const Rollout& rollout) {
  std::vector<std::size_t> all;
  for (const Wave& wave : rollout.waves) all.push_back(wave.hosts.size());
  return all;
}

config::Rollout declared(Amount canary, Amount batch) {
  config::Rollout rollout;
  rollout.canary = canary;
  rollout.batch = batch;
  return rollout;
}

using Sizes = std::vector<std::size_t>;
constexpr Amount kAll{100, true};

TEST(Rollout, CutsWavesByCountAndShare) {
  const auto waves = [](Amount canary, Amount batch, int count) {
    return sizes(make_rollout(declared(canary, batch), {}, hosts(count)));
  };
  EXPECT_EQ(waves({0, false}, kAll, 10), (Sizes{10}));
  EXPECT_EQ(waves({1, false}, kAll, 10), (Sizes{1, 9}));
  EXPECT_EQ(waves({1, false}, {3, false}, 10), (Sizes{1, 3, 3, 3}));
  EXPECT_EQ(waves({0, false}, {20, true}, 10), (Sizes{2, 2, 2, 2, 2}));
  EXPECT_EQ(waves({10, true}, {20, true}, 10), (Sizes{1, 2, 2, 2, 2, 1})) << "shares are of the whole stage";
  EXPECT_EQ(waves({0, false}, {20, true}, 3), (Sizes{1, 1, 1})) << "a share that comes to none is one";
  EXPECT_EQ(waves({5, true}, kAll, 3), (Sizes{1, 2}));
  EXPECT_EQ(waves({5, false}, {9, false}, 3), (Sizes{3})) << "more canaries than hosts";
  EXPECT_EQ(waves({1, false}, kAll, 0), (Sizes{}));
}

TEST(Rollout, TakesStagesInTheirOrderAndEachHostOnce) {
  config::Rollout wanted = declared({1, false}, kAll);
  wanted.stages = {{"web", {}}, {"db", {}}, {"nothing", {}}};
  const Rollout rollout =
      make_rollout(wanted, {{"a", "c", "x"}, {"b", "c"}, {"z"}}, {"a", "b", "c", "d"});  // x and z have nothing to do
  const std::vector<Wave> expected = {
      {"web", true, {"a"}}, {"web", false, {"c"}}, {"db", true, {"b"}}, {"", true, {"d"}}};
  EXPECT_EQ(rollout.waves, expected);
}

TEST(Rollout, ComesBackAsItWasWritten) {
  config::Rollout wanted = declared({1, false}, {20, true});
  wanted.pause_seconds = 30;
  wanted.tolerances.failed = {{5, true}, Amount{1, false}, {}};
  wanted.windows = {{{5, 6}, 2 * 60, 5 * 60, "Europe/Berlin"}};
  const Rollout rollout = make_rollout(wanted, {}, hosts(12));
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
