// Maintenance windows as they are written.
#include "engine/base/window.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

std::vector<Window> windows(const char* json) {
  return read_windows(Json::parse(json));
}

TEST(Window, StandsInPlansInOneForm) {
  const auto given = windows(R"({"days": ["sun", "sat"], "from": "02:00", "to": "05:00"})");
  const Json json = to_json(given);
  EXPECT_EQ(json, Json::parse(R"([{"days": ["sat", "sun"], "from": "02:00", "to": "05:00", "timezone": "UTC"}])"));
  ASSERT_TRUE(windows_from(json));
  EXPECT_EQ(*windows_from(json), given);
  EXPECT_EQ(text_of(given[0]), "Sat, Sun from 02:00 to 05:00 UTC");
  EXPECT_EQ(text_of(windows(R"({"from": "02:00", "to": "05:00", "timezone": "-01:00"})")[0]),
            "every day from 02:00 to 05:00 -01:00");
}

TEST(Window, KeepsTheNameOfItsTimeZone) {
  const auto given = windows(R"({"from": "02:00", "to": "05:00", "timezone": "Europe/Berlin"})");
  EXPECT_EQ(to_json(given)[0]["timezone"], "Europe/Berlin");
  ASSERT_TRUE(windows_from(to_json(given)));
  EXPECT_EQ(*windows_from(to_json(given)), given);
  EXPECT_EQ(text_of(given), "every day from 02:00 to 05:00 Europe/Berlin");
  for (const char* none : {"+00:00", "-00:00", "UTC"}) {
    const Json json = {{"from", "02:00"}, {"to", "05:00"}, {"timezone", none}};
    EXPECT_EQ(read_windows(json)[0].timezone, "UTC");
  }
}

TEST(Window, OtherFormsAreRefused) {
  for (const char* text : {"{}", "[]", "[1]", R"([{"days": [], "from": "02:00", "to": "05:00", "timezone": "UTC"}])",
                           R"([{"days": ["sat"], "from": "2:00", "to": "05:00", "timezone": "UTC"}])",
                           R"([{"days": ["sat"], "from": "02:00", "to": "99:00", "timezone": "UTC"}])",
                           R"([{"days": ["sat"], "from": "02:00", "to": "05:00", "timezone": ""}])",
                           R"([{"days": ["sat"], "from": "02:00", "to": "05:00", "timezone": "../../etc/passwd"}])",
                           R"([{"days": ["sat"], "from": "02:00", "to": "05:00", "timezone": "+15:00"}])",
                           R"([{"days": ["sat"], "from": "02:00", "to": "05:00"}])"}) {
    EXPECT_FALSE(windows_from(Json::parse(text))) << text;
  }
}

}  // namespace
}  // namespace plumb
