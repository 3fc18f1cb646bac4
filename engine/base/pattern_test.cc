#include "engine/base/pattern.h"

#include <array>
#include <random>

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace plumb {
namespace {

Pattern pattern(std::string_view text) {
  Result<Pattern> parsed = Pattern::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().summary());
  return *parsed;
}

std::string problem(std::string_view text) {
  const Result<Pattern> parsed = Pattern::parse(text);
  return parsed ? "none" : parsed.error().summary();
}

TEST(Pattern, FindsTheLeftmostMatchAndItsGroups) {
  const auto found = pattern("(a+)(b)?").find("xxaaab");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)[0], "aaab");
  EXPECT_EQ((*found)[1], "aaa");
  EXPECT_EQ((*found)[2], "b");
  EXPECT_FALSE((*pattern("(a+)(b)?").find("a"))[2]);
}

TEST(Pattern, BytesThatAreNoUtf8ArePartOfALine) {
  EXPECT_TRUE(pattern("^Name .*$").matches("Name M\xFCller"));
  EXPECT_TRUE(pattern("M[^a]ller").matches("M\xFCller"));
  EXPECT_FALSE(pattern("Mü").matches("M\xFCller"));
}

TEST(Pattern, SaysWhatIsWrong) {
  EXPECT_EQ(problem("a("), "the pattern holds a group that is not closed");
  EXPECT_EQ(problem("*a"), "the pattern holds nothing before `*` that could be repeated");
  EXPECT_EQ(problem("\\p{L}"), "the pattern holds an escape that is not known: `\\p`");
  EXPECT_EQ(problem("(a)\\1"), "the pattern holds an escape that is not known: `\\1`");
  EXPECT_EQ(problem(std::string(5000, 'a')), "the pattern is longer than 4 KiB");
  EXPECT_EQ(problem("((((a{1000}){1000}){1000}){1000})"), "the pattern is too large");
  EXPECT_NE(problem(std::string(1000, '(')), "none");
}

TEST(Pattern, NoTextMakesItSlow) {
  const Pattern slow = pattern("(a*)*(a*)*(a|a)*b");
  EXPECT_FALSE(slow.matches(std::string(20'000, 'a')));
}

TEST(Pattern, ReplacementsTakeGroups) {
  const Pattern one = pattern("(\\w+)=(\\w+)?");
  EXPECT_EQ(expand_replacement("<\\2|\\1|\\0|\\\\>", *one.find("x=y")), "<y|x|x=y|\\>");
  EXPECT_EQ(expand_replacement("<\\2>", *one.find("x=")), "<>");
  EXPECT_TRUE(check_replacement("\\1\\2\\\\", 2));
  EXPECT_FALSE(check_replacement("\\3", 2));
  EXPECT_FALSE(check_replacement("\\n", 2));
  EXPECT_FALSE(check_replacement("a\\", 2));
}

// A place between the bytes of one character is none for us, and RE2 finds \B there.
bool is_inside_character(const std::string& text, const char* at) {
  return at > text.data() && at < text.data() + text.size() && (static_cast<unsigned char>(*at) & 0xC0U) == 0x80;
}

TEST(Pattern, MeansWhatRe2Means) {
  constexpr std::array kParts = {
      "a",       "b",      "c",         "ab",     "é",       "ü",     ".",      "\\d",         "\\w",          "\\s",
      "\\W",     "\\D",    "\\S",       "[ab]",   "[^a]",    "[a-c]", "[^b-é]", "[[:alpha:]]", "[^[:space:]]", "[\\d-]",
      "[]a]",    "[a-]",   "\\b",       "\\B",    "^",       "$",     "\\A",    "\\z",         "\\.",          "\\x41",
      "\\x{e9}", "\\101",  "\\Qa.b\\E", "(?i)",   "(?i:aÉ)", "(?s).", "(?m)^",  "(?m)$",       "(?U)",         "(",
      "(?:",     "(?P<n>", ")",         ")",      "|",       "*",     "+",      "?",           "*?",           "+?",
      "??",      "{2}",    "{1,2}",     "{0,2}",  "{2,}",    "{,2}",  "{",      "\\1",         "\\_",          "\\-",
      "\\é",     "**",     "{1}{2}",    "-",      "[z-a]",   "[",     "]",      "}",           "\\",           "(?x)",
      "(?-i)",   "\\n",    " ",         "[\\w.]", "\\/",     "\\<",   "(a|b)*", "(a*)*",       "(a*)+",        "(|a)*",
      "(a|)+",   "(^)*",   "()",        "(a*?)*?"};
  constexpr std::array kTexts = {"a", "b", "c", "A", "é", "É", " ", "-", ".", "1", "\n", "_", "B", "ü", "Ü", "{"};
  std::mt19937 random(7);
  const auto pick = [&random](std::size_t count) { return random() % count; };
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    for (std::size_t i = pick(7) + 1; i > 0; --i) text += kParts[pick(kParts.size())];
    re2::RE2::Options options;
    options.set_log_errors(false);
    const re2::RE2 theirs(text, options);
    const Result<Pattern> ours = Pattern::parse(text);
    ASSERT_EQ(ours.has_value(), theirs.ok()) << text << ": " << theirs.error();
    if (!ours) continue;
    for (int line = 0; line < 5; ++line) {
      std::string subject;
      for (std::size_t i = pick(9); i > 0; --i) subject += kTexts[pick(kTexts.size())];
      std::vector<re2::StringPiece> groups(static_cast<std::size_t>(theirs.NumberOfCapturingGroups()) + 1);
      const bool matches = theirs.Match(subject, 0, subject.size(), re2::RE2::UNANCHORED, groups.data(),
                                        static_cast<int>(groups.size()));
      if (matches && is_inside_character(subject, groups[0].data())) continue;
      const auto found = ours->find(subject);
      ASSERT_EQ(found.has_value(), matches) << text << " on " << subject;
      ASSERT_EQ(ours->matches(subject), matches) << text << " on " << subject;
      for (std::size_t i = 0; matches && i < groups.size(); ++i) {
        ASSERT_EQ((*found)[i].has_value(), groups[i].data() != nullptr) << text << " on " << subject << ", group " << i;
        if (groups[i].data() == nullptr) continue;
        ASSERT_EQ((*found)[i]->data(), groups[i].data()) << text << " on " << subject << ", group " << i;
        ASSERT_EQ((*found)[i]->size(), groups[i].size()) << text << " on " << subject << ", group " << i;
      }
    }
  }
}

}  // namespace
}  // namespace plumb
