#include "engine/config/text_pattern.h"

#include <gtest/gtest.h>

namespace plumb::config {
namespace {

TEST(TextPattern, MatchesAsTheLibraryDoes) {
  const std::string texts[] = {"", "a", "_", "a1", "1a", "a-b", "a_b", "A", "a\n", "ab]", "\xc3\xa9", "z^", "a b", "-"};
  for (const char* pattern :
       {"^[a-z_][a-z0-9_]*$", "^[A-Za-z_][A-Za-z0-9_-]*$", "^[a-z][a-z\\d]*$", "^[^a][a-z]*$", "^[a-][a-z]*$",
        "^[a-z]*$", "[a-z][a-z]*$", "^[a-z][a-z]*", "^[a-z][a-z]+$", "^[a-z][]b]*$", "^[a-\\]][a-z]*$",
        "^[_a-z][[:alpha:]]*$", "^[z-a][a-z]*$", "^[a-z][a-z*$"}) {
    std::optional<std::regex> expected;
    try {
      expected.emplace(pattern, std::regex::ECMAScript);
    } catch (const std::regex_error&) {
    }
    const TextPattern compiled{std::string(pattern)};
    for (const std::string& text : texts) {
      EXPECT_EQ(compiled.matches(text), expected && std::regex_search(text, *expected)) << pattern << " on " << text;
    }
  }
}

TEST(TextPattern, LongTextsNeverMatch) {
  EXPECT_TRUE(TextPattern("^[a][a]*$").matches(std::string(1024, 'a')));
  EXPECT_FALSE(TextPattern("^[a][a]*$").matches(std::string(1025, 'a')));
  EXPECT_FALSE(TextPattern("a").matches(std::string(1025, 'a')));
}

}  // namespace
}  // namespace plumb::config
