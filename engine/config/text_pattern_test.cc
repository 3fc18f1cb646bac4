#include "engine/config/text_pattern.h"

#include <gtest/gtest.h>

namespace plumb::config {
namespace {

TEST(TextPattern, MatchesAsTheLibraryDoes) {
  const std::string texts[] = {"", "a", "_", "a1", "1a", "a-b", "a_b", "A", "a\n", "ab]", "\xc3\xa9", "z^", "a b", "-"};
  for (const char* pattern : {"^[a-z_][a-z0-9_]*$",
                              "^[A-Za-z_][A-Za-z0-9_-]*$",
                              "^[a-z][a-z\\d]*$",
                              "^[^a][a-z]*$",
                              "^[a-][a-z]*$",
                              "^[a-z]*$",
                              "[a-z][a-z]*$",
                              "^[a-z][a-z]*",
                              "^[a-z][a-z]+$",
                              "^[a-z][]b]*$",
                              "^[a-\\]][a-z]*$",
                              "^[_a-z][[:alpha:]]*$",
                              "^[z-a][a-z]*$",
                              "^[a-z][a-z*$",
                              "^[^\\n\\r]*$",
                              "^[^a]*$",
                              "^[^a-z]*$",
                              "^[^\\d]*$",
                              "^[^]*$",
                              "^[^^]*$",
                              "^[^a\\n]*$",
                              "a",
                              "ab]",
                              "a b",
                              "z^"}) {
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

// A pattern may come with a provider or module from elsewhere: whatever it is, a check comes to an end.
TEST(TextPattern, NoPatternTriesForEver) {
  const std::string text(60, 'a');
  for (const char* pattern :
       {"^(a+)+$", "^(a|a)*$", "^(a?){60}a{60}$", "^(a|aa)+$", "^a*a*a*a*a*a*a*a*a*a*a*a*$", "(?=(a+)+$)a"}) {
    const TextPattern compiled{std::string(pattern)};
    ASSERT_TRUE(compiled.valid()) << pattern;
    EXPECT_TRUE(compiled.matches(text)) << pattern;
    EXPECT_FALSE(compiled.matches(text + "b" + text + "!")) << pattern;
  }
}

TEST(TextPattern, LongTextsMatchNoExpression) {
  for (const char* pattern : {"^[a][a]*$", "a+"}) {
    const TextPattern compiled{std::string(pattern)};
    EXPECT_TRUE(compiled.matches(std::string(1024, 'a'))) << pattern;
    EXPECT_FALSE(compiled.is_too_long(std::string(1024, 'a'))) << pattern;
    EXPECT_FALSE(compiled.matches(std::string(1025, 'a'))) << pattern;
    EXPECT_TRUE(compiled.is_too_long(std::string(1025, 'a'))) << pattern;
  }
}

TEST(TextPattern, TextsWithoutALineBreakMayBeOfAnyLength) {
  const std::string text(100'000, 'x');
  const TextPattern line("^[^\\n\\r]*$");
  EXPECT_TRUE(line.matches(text));
  EXPECT_FALSE(line.is_too_long(text));
  EXPECT_FALSE(line.matches(text + "\n"));
  const TextPattern command("%s");
  EXPECT_TRUE(command.matches(text + "%s"));
  EXPECT_FALSE(command.matches(text));
}

}  // namespace
}  // namespace plumb::config
