#include "engine/base/random.h"

#include <set>

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Random, GivesAsManyBytesAsAskedFor) {
  for (const std::size_t count : {0U, 1U, 20U, 256U, 257U, 1000U}) EXPECT_EQ(random_bytes(count).size(), count);
}

TEST(Random, GivesOthersEachTimeUpToTheLast) {
  const std::string one = random_bytes(1000);
  EXPECT_NE(one, random_bytes(1000));
  const std::string end = one.substr(900);
  EXPECT_GT(std::set<char>(end.begin(), end.end()).size(), 10U);
}

}  // namespace
}  // namespace plumb
