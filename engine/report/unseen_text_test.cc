#include "engine/report/unseen_text.h"

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

std::string difference_of(std::string_view before, std::string_view after) {
  const std::vector<DiffLine> lines = text_diff(before, after);
  const std::vector<std::string> texts = shown_lines(lines);
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) out += std::string(1, lines[i].sign) + texts[i] + "\n";
  return out;
}

TEST(UnseenText, WhatNobodySeesIsWrittenOut) {
  EXPECT_EQ(difference_of("a b\n",
                          "a\xc2\xa0"
                          "b\n"),
            "-a b\n+a\\u{a0}b\n");
  EXPECT_EQ(difference_of("a\n", "a \t\n"), "-a\n+a\\x20\\t\n");
  EXPECT_EQ(difference_of("a\n", "a\r\n"), "-a\n+a\\x0d\n");
  EXPECT_EQ(difference_of("a\n",
                          "\xef\xbb\xbf"
                          "a\n"),
            "-a\n+\\u{feff}a\n");
  EXPECT_EQ(difference_of("a b\n", "a\tb\n"), "-a b\n+a\\tb\n");
  EXPECT_EQ(difference_of("caf\xc3\xa9\n", "cafe\xcc\x81\n"), "-caf\\u{e9}\n+cafe\\u{301}\n");
}

TEST(UnseenText, OfOtherWordsOfTheLineNothingIsWrittenOut) {
  EXPECT_EQ(difference_of("Grüße: a b\n", "Grüße: a\u00a0b\n"), "-Grüße: a b\n+Grüße: a\\u{a0}b\n");
  EXPECT_EQ(difference_of("né\tcafé\n", "né\tcafe\u0301\n"), "-né\tcaf\\u{e9}\n+né\tcafe\\u{301}\n");
}

TEST(UnseenText, LettersOfOtherScriptsThatLookTheSameAreWrittenOut) {
  EXPECT_EQ(difference_of("user admin\n", "user \u0430dmin\n"), "-user admin\n+user \\u{430}dmin\n");
  EXPECT_EQ(difference_of("\u0391\n", "\u0410\n"), "-\\u{391}\n+\\u{410}\n");
  EXPECT_EQ(difference_of("\ud55c\n", "\u1112\u1161\u11ab\n"), "-\\u{d55c}\n+\\u{1112}\\u{1161}\\u{11ab}\n");
}

TEST(UnseenText, WhatIsSeenStaysAsItIs) {
  EXPECT_EQ(difference_of("\xc3\xa4\tb\nc \n", "\xc3\xb6\tbb\nc \n"), "-\xc3\xa4\tb\n+\xc3\xb6\tbb\n c \n");
  EXPECT_EQ(difference_of("Привет\n", "Пока\n"), "-Привет\n+Пока\n");
  EXPECT_EQ(difference_of("Müller\n", "Möller\n"), "-Müller\n+Möller\n");
  EXPECT_EQ(difference_of("日本\n", "日本国\n"), "-日本\n+日本国\n");
  EXPECT_EQ(difference_of("a 🎉\n", "a 🎊\n"), "-a 🎉\n+a 🎊\n");
  EXPECT_EQ(difference_of("a\n", "a"), "-a\n+a (no newline at the end)\n");
}

TEST(UnseenText, BytesThatAreNoTextAreToldByTheirForm) {
  EXPECT_EQ(form_of("\xc3\xa4\n"), "");
  EXPECT_EQ(form_of(std::string_view("a\0b", 3)), "binary");
  EXPECT_EQ(form_of("\xff\xfe"
                    "a"),
            "UTF-16");
  EXPECT_EQ(form_of("Stra\xdf"
                    "e"),
            "in another encoding than UTF-8");
}

}  // namespace
}  // namespace plumb::report
