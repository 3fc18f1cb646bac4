#include "engine/base/pool.h"

#include <regex>
#include <string>
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

TEST(Pool, LeavesRoomForALongMatch) {
  const std::regex pattern("^([a-z]|[0-9])+$");
  const std::string text(1024, 'a');
  std::vector<char> matches(2);
  for_each_parallel(matches.size(), 2, [&](std::size_t i) { matches[i] = std::regex_search(text, pattern) ? 1 : 0; });
  EXPECT_EQ(matches, std::vector<char>(2, 1));
}

}  // namespace
}  // namespace plumb
