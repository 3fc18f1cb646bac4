#include "providers/sdk/paths.h"

#include <filesystem>

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Paths, ParentsAndAncestors) {
  EXPECT_EQ(parent_of("/etc/nginx/x"), "/etc/nginx");
  EXPECT_EQ(parent_of("/x"), "/");
  EXPECT_EQ(parent_of("/a/"), "/") << "a folder is the same with a slash behind it";
  EXPECT_EQ(parent_of("/a/b//"), "/a");
  EXPECT_EQ(parent_of("/"), "/");
  EXPECT_EQ(ancestors_of("/a/b/c"), (std::vector<std::string>{"/a/b", "/a"}));
  EXPECT_TRUE(is_below("/a/b", "/a"));
  EXPECT_FALSE(is_below("/ab", "/a"));
  EXPECT_FALSE(is_below("/a", "/a"));
  EXPECT_TRUE(is_below("/a", "/"));
}

TEST(Paths, LeadWhereTheyAreWrittenTo) {
  EXPECT_EQ(plain_path("/etc", "motd"), "/etc/motd");
  EXPECT_EQ(plain_path("/etc", "/srv/x"), "/srv/x");
  EXPECT_EQ(plain_path("/etc/nginx", "../motd"), "/etc/motd");
  EXPECT_EQ(plain_path("/etc", "../../.."), "/");
  EXPECT_EQ(plain_path("/", ""), "/");
  EXPECT_EQ(plain_path("/etc", "a/../b"), "/etc/b");
  EXPECT_EQ(plain_path("/etc", ".."), "/");
}

// But for a slash at the end, as the standard library has it.
TEST(Paths, AreAsPlainAsTheStandardLibraryMakesThem) {
  for (const std::string folder : {"/", "/a", "/a/b"}) {
    for (const std::string path : {"x", "./x", "x/.", "../x", "x/../../y", "/x//y", "//x", "...", "x/..", "..x/.y"}) {
      std::string expected = (std::filesystem::path(folder) / path).lexically_normal().string();
      if (expected.size() > 1 && expected.ends_with('/')) expected.pop_back();
      EXPECT_EQ(plain_path(folder, path), expected) << folder << " " << path;
    }
  }
}

}  // namespace
}  // namespace plumb
