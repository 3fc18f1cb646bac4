#include "engine/base/outside_text.h"

#include <gtest/gtest.h>

#include "engine/base/json.h"

namespace plumb {
namespace {

TEST(OutsideText, PlainTextStaysAsItIs) {
  EXPECT_EQ(outside_text("two\n\tlines of Straße 東京 😀", 100), "two\n\tlines of Straße 東京 😀");
  EXPECT_EQ(outside_line("a word"), "a word");
}

TEST(OutsideText, TerminalSequencesAreGone) {
  for (const char* text : {"\x1b[31mred\x1b[0m", "\x1b]0;title\x07red", "\x1b]8;;http://x\x1b\\red\x1b]8;;\x1b\\",
                           "\xc2\x9b"
                           "2Jred",
                           "\x1b(Bred",
                           "\x1b"
                           "cred",
                           "re\x1b[1;2;3 qd"}) {
    EXPECT_EQ(outside_text(text, 100), "red") << Json(text).dump();
  }
}

TEST(OutsideText, ControlCharactersAndBadBytesAreShown) {
  EXPECT_EQ(outside_text("a\x08\x7f", 100), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(outside_text(std::string_view("a\0b", 3), 100),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(outside_text("caf\xe9 \xf0\x9f\x98\x80", 100), "caf\xef\xbf\xbd \xf0\x9f\x98\x80");
  // Overrides of the direction, an isolate, a zero-width space, a tag character.
  EXPECT_EQ(outside_text("a\u202eb\u2066c\u200bd\U000e0041", 100), "a\ufffdb\ufffdc\ufffdd\ufffd");
}

TEST(OutsideText, ALineCannotOverwriteItself) {
  EXPECT_EQ(outside_text("10 %\r20 %\r\nend", 100), "10 %\n20 %\nend");
  EXPECT_EQ(outside_line(" one\r\ntwo\tthree\n"), "one two three");
}

TEST(OutsideText, LengthIsBounded) {
  EXPECT_EQ(outside_text("12345678", 8), "12345678");
  EXPECT_EQ(outside_text("123456789", 8), "12345…");
  EXPECT_EQ(outside_text("ééééé", 8), "éé…");
  EXPECT_LE(outside_text(std::string(10'000'000, '\x01'), 1000).size(), 1000U);
}

TEST(OutsideText, CleaningTwiceChangesNothing) {
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
      state = state * 1664525 + 1013904223;
      const char* parts[] = {"\x1b", "[",  "3",  "m", "\xe2\x80\xae", "\xc2", "\x9b", "\xff", "a",
                             " ",    "\r", "\n", "]", "\x07",         "é",    "\\"};
      text += parts[state >> 28];
    }
    const std::string once = outside_text(text, 30);
    EXPECT_EQ(outside_text(once, 30), once);
    EXPECT_TRUE(valid_utf8(once));
    EXPECT_EQ(outside_line(outside_line(text, 30), 30), outside_line(text, 30));
    for (std::size_t i = 0; i < once.size(); i += code_point_at(once, i).size) {
      const char32_t point = code_point_at(once, i).point;
      EXPECT_TRUE(point == '\n' || point == 0xfffd || !is_unsafe(point));
    }
  }
}

TEST(OutsideText, ADifferenceOfDataIsSeen) {
  EXPECT_EQ(visible("plain \t ünï"), "plain \t ünï");
  EXPECT_EQ(visible("\x1b[1m\r\x7f"), "\\x1b[1m\\x0d\\x7f");
  EXPECT_EQ(visible("a\u202eb\xff\u009b\ufffd"), "a\\u{202e}b\\xff\\u{9b}\ufffd");
}

TEST(OutsideText, DataIsOnlyMadeUtf8) {
  EXPECT_EQ(repaired_utf8("\x1b[1m\r\n"), "\x1b[1m\r\n");
  EXPECT_EQ(repaired_utf8("a\xff\xfe"), "a\ufffd\ufffd");
}

}  // namespace
}  // namespace plumb
