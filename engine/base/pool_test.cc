#include "engine/base/pool.h"

#include <vector>

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Pool, DoesEachPieceOnce) {
  for (const std::size_t forks : {std::size_t{0}, std::size_t{1}, std::size_t{4}, std::size_t{100}}) {
    std::vector<int> done(50);
    for_each_parallel(done.size(), forks, [&](std::size_t i) { ++done[i]; });
    EXPECT_EQ(done, std::vector<int>(50, 1)) << forks;
  }
}

TEST(Pool, HasNothingToDoForNothing) {
  for_each_parallel(0, core_count(), [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace plumb
