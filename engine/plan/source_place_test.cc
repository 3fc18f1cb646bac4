#include "engine/plan/source_place.h"

#include <gtest/gtest.h>

namespace plumb::plan {
namespace {

TEST(PlaceOf, ReadsWhatASpanWrites) {
  const SourceSpan span{"modules/a:b.yaml", 31, 5, 32, 1};
  EXPECT_EQ(place_of(span.str()), span);
  EXPECT_EQ(place_of(""), std::nullopt);
  EXPECT_EQ(place_of("plumb.yaml:3"), std::nullopt);
  EXPECT_EQ(place_of(":3:4"), std::nullopt);
  EXPECT_EQ(place_of("plumb.yaml:0:4"), std::nullopt);
  EXPECT_EQ(place_of("plumb.yaml:x:4"), std::nullopt);
  EXPECT_EQ(place_of("plumb.yaml:99999999999:4"), std::nullopt);
}

}  // namespace
}  // namespace plumb::plan
