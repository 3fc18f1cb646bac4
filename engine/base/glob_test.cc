#include "engine/base/glob.h"

#include <string>

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Glob, Matches) {
  const auto yes = [](const char* pattern, const char* text) {
    EXPECT_TRUE(glob_match(pattern, text)) << pattern << ' ' << text;
  };
  const auto no = [](const char* pattern, const char* text) {
    EXPECT_FALSE(glob_match(pattern, text)) << pattern << ' ' << text;
  };
  yes("", "");
  no("", "a");
  yes("*", "");
  yes("*", "a/b.c");
  yes("file:/etc/*", "file:/etc/nginx/nginx.conf");
  no("file:/etc/*", "file:/etc");
  yes("a*b*c", "a--b--b-c");
  no("a*b*c", "a--c--b");
  yes("w?b", "web");
  no("w?b", "wb");
  yes("web[0-3]", "web2");
  no("web[0-3]", "web4");
  no("web[0-3]", "web22");
  yes("[!a-c]x", "dx");
  yes("[^a-c]x", "dx");
  no("[!a-c]x", "bx");
  yes("[]]", "]");
  yes("[a", "[a");
  yes("\\*", "*");
  no("\\*", "a");
  yes("**", "anything");
  yes("*.example.com", "a.b.example.com");
}

TEST(Glob, TakesNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "a*";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(5000, 'a')));
}

TEST(Glob, AnAddressMeansItselfWhateverItHolds) {
  for (const char* address :
       {R"(line:/etc/f#^#?PermitRootLogin\b)", R"(line:/etc/f#^[ab]=\d)", "line:/etc/[x]*#glob"}) {
    EXPECT_TRUE(address_matches(address, address)) << address;
  }
  EXPECT_TRUE(address_matches("line:/etc/f#*", R"(line:/etc/f#^[ab]=\d)"));
  EXPECT_FALSE(address_matches("line:/etc/f#^a", "line:/etc/f#^b"));
}

TEST(AddressMatch, BracketsOfAModuleMeanThemselves) {
  EXPECT_TRUE(address_matches("web[blue]/*", "web[blue]/file:/etc/web.conf"));
  EXPECT_TRUE(address_matches("web[blue]/file:*", "web[blue]/file:/etc/web.conf"));
  EXPECT_TRUE(address_matches("web[*]/file:/etc/[a-w]*", "web[blue]/file:/etc/web.conf"));
  EXPECT_TRUE(address_matches("web[1-2]/*", "web1/file:/etc/web.conf")) << "a set, as elsewhere";
  EXPECT_FALSE(address_matches("web[blue]/*", "web[green]/file:/etc/web.conf"));
  EXPECT_FALSE(address_matches("file:/etc/[x]*", "file:/etc/y"));
}

TEST(Glob, KnowsWhatIsOne) {
  EXPECT_TRUE(is_glob("a*"));
  EXPECT_TRUE(is_glob("a?"));
  EXPECT_TRUE(is_glob("[ab]"));
  EXPECT_FALSE(is_glob("a\\*"));
  EXPECT_FALSE(is_glob("file:/etc/motd"));
}

}  // namespace
}  // namespace plumb
