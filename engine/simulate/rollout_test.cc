#include "engine/simulate/rollout.h"

#include <gtest/gtest.h>

namespace plumb::simulate {
namespace {

using plan::Rollout;
using plan::Wave;

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

}  // namespace
}  // namespace plumb::simulate
