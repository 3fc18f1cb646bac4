#include "engine/plan/plan.h"

#include <gtest/gtest.h>

namespace plumb::plan {
namespace {

TEST(Scope, OneTagIsEnoughAndOneSkippedIsTooMuch) {
  const std::set<std::string> both = {"a", "b"};
  EXPECT_TRUE((Scope{"all", "", {}, {}}.takes("note:/x", {})));
  EXPECT_TRUE((Scope{"all", "", {"b", "c"}, {}}.takes("note:/x", both)));
  EXPECT_FALSE((Scope{"all", "", {"c"}, {}}.takes("note:/x", both)));
  EXPECT_FALSE((Scope{"all", "", {"a"}, {}}.takes("note:/x", {})));
  EXPECT_FALSE((Scope{"all", "", {"a"}, {"b"}}.takes("note:/x", both)));
  EXPECT_TRUE((Scope{"all", "", {}, {"c"}}.takes("note:/x", both)));
  EXPECT_TRUE((Scope{"all", "", {}, {}, {"note:/*", "lamp:x"}}.takes("note:/x", {})));
  EXPECT_FALSE((Scope{"all", "", {}, {}, {"note:/y"}}.takes("note:/x", {})));
  EXPECT_FALSE((Scope{"all", "", {"c"}, {}, {"note:/x"}}.takes("note:/x", both)));
}

}  // namespace
}  // namespace plumb::plan
