#include "engine/plan/plan.h"

#include <gtest/gtest.h>

namespace plumb::plan {
namespace {

TEST(Scope, OneTagIsEnoughAndOneSkippedIsTooMuch) {
  const std::set<std::string> both = {"a", "b"};
  EXPECT_TRUE((Scope{"all", "", {}, {}}.takes({})));
  EXPECT_TRUE((Scope{"all", "", {"b", "c"}, {}}.takes(both)));
  EXPECT_FALSE((Scope{"all", "", {"c"}, {}}.takes(both)));
  EXPECT_FALSE((Scope{"all", "", {"a"}, {}}.takes({})));
  EXPECT_FALSE((Scope{"all", "", {"a"}, {"b"}}.takes(both)));
  EXPECT_TRUE((Scope{"all", "", {}, {"c"}}.takes(both)));
}

}  // namespace
}  // namespace plumb::plan
