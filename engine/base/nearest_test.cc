#include "engine/base/nearest.h"

#include <vector>

#include <gtest/gtest.h>

namespace plumb {
namespace {

const std::vector<std::string> kKeys = {"backup", "content", "group", "mode", "owner", "source", "state"};

TEST(Nearest, FindsTypingErrors) {
  EXPECT_EQ(nearest("contnet", kKeys), "content");
  EXPECT_EQ(nearest("contents", kKeys), "content");
  EXPECT_EQ(nearest("omde", kKeys), "mode");
  EXPECT_EQ(nearest("grp", kKeys), "");
  EXPECT_EQ(nearest("grup", kKeys), "group");
  EXPECT_EQ(nearest("owners", kKeys), "owner");
}

TEST(Nearest, KeepsSilentWhereNothingIsNear) {
  EXPECT_EQ(nearest("permissions", kKeys), "");
  EXPECT_EQ(nearest("", kKeys), "");
  EXPECT_EQ(nearest("x", std::vector<std::string>{"a", "b"}), "");
  EXPECT_EQ(nearest(std::string(1000, 'a'), kKeys), "");
}

TEST(Nearest, TakesTheFirstOfEquals) {
  EXPECT_EQ(nearest("web4", std::vector<std::string>{"web1", "web2"}), "web1");
}

}  // namespace
}  // namespace plumb
