#include "engine/lsp/text.h"

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "engine/lsp/uri.h"

namespace plumb::lsp {
namespace {

// "é" is two bytes and one unit, "😀" four bytes and two units.
const Text kText("a\n\xc3\xa9\xf0\x9f\x98\x80z\r\nlast");

TEST(LspText, CountsInTheEncodingThatWasAgreedOn) {
  const std::size_t z = 2 + 2 + 4;
  EXPECT_EQ(kText.position(z, Encoding::kUtf8).character, 6U);
  EXPECT_EQ(kText.position(z, Encoding::kUtf16).character, 3U);
  EXPECT_EQ(kText.position(z, Encoding::kUtf32).character, 2U);
  for (const Encoding encoding : {Encoding::kUtf8, Encoding::kUtf16, Encoding::kUtf32}) {
    const Position there = kText.position(z, encoding);
    EXPECT_EQ(there.line, 1U);
    EXPECT_EQ(kText.offset(there, encoding), z);
  }
}

TEST(LspText, PlacesThatAreNotThereAreDrawnToTheNearest) {
  EXPECT_EQ(kText.offset(Position{0, 99}, Encoding::kUtf16), 1U);
  EXPECT_EQ(kText.offset(Position{1, 99}, Encoding::kUtf16), 9U) << "before the line's end";
  EXPECT_EQ(kText.offset(Position{99, 0}, Encoding::kUtf16), kText.str().size());
  EXPECT_EQ(kText.offset(Position{1, 2}, Encoding::kUtf16), 4U) << "half a character is none";
}

TEST(LspText, SpansCountCodePointsFromOne) {
  const Range range = kText.range(SourceSpan{"f", 2, 2, 2, 3}, Encoding::kUtf16);
  EXPECT_EQ(range.begin.character, 1U);
  EXPECT_EQ(range.end.character, 3U);
  EXPECT_EQ(kText.place(4), (std::pair{2, 2}));
}

TEST(LspText, CountsInLongLinesAsInShortOnes) {
  std::string long_line = "short\n";
  std::size_t bytes = 0;
  std::size_t points = 0;
  std::size_t units = 0;
  std::vector<std::tuple<std::size_t, std::size_t, std::size_t>> places;
  for (int i = 0; i < 3000; ++i) {
    places.emplace_back(bytes, points, units);
    const std::string_view one = i % 7 == 0 ? "\xf0\x9f\x98\x80" : i % 3 == 0 ? "\xc3\xa9" : "z";
    long_line += one;
    bytes += one.size();
    points += 1;
    units += one.size() == 4 ? 2 : 1;
  }
  const Text text(long_line + "\nshort");
  for (const auto& [byte, point, unit] : places) {
    const std::size_t offset = 6 + byte;
    ASSERT_EQ(text.position(offset, Encoding::kUtf8).character, byte);
    ASSERT_EQ(text.position(offset, Encoding::kUtf32).character, point);
    ASSERT_EQ(text.position(offset, Encoding::kUtf16).character, unit);
    ASSERT_EQ(text.offset(Position{1, byte}, Encoding::kUtf8), offset);
    ASSERT_EQ(text.offset(Position{1, point}, Encoding::kUtf32), offset);
    ASSERT_EQ(text.offset(Position{1, unit}, Encoding::kUtf16), offset);
  }
  EXPECT_EQ(text.offset(Position{1, 99999}, Encoding::kUtf16), 6 + bytes) << "before the line's end";
  EXPECT_EQ(text.position(6 + bytes + 1, Encoding::kUtf16).line, 2U);
}

TEST(LspText, WhatAnEditorSendsIsNoNumberOrAnyNumber) {
  EXPECT_EQ(position_of(Json{{"line", -1}, {"character", "x"}}).line, 0U);
  EXPECT_EQ(position_of(Json::array()).character, 0U);
  const Position far = position_of(Json{{"line", 18446744073709551615U}, {"character", 2}});
  EXPECT_EQ(kText.offset(far, Encoding::kUtf16), kText.str().size());
}

TEST(LspUri, NamesFilesThereAndBack) {
  const std::filesystem::path path = "/home/me/a b/ü#%.yaml";
  EXPECT_EQ(uri_of(path), "file:///home/me/a%20b/%C3%BC%23%25.yaml");
  EXPECT_EQ(path_of(uri_of(path)), path);
  EXPECT_EQ(path_of("file://localhost/a/./b"), "/a/b");
  for (const char* other : {"untitled:1", "http://x/y", "file://elsewhere/a", "file:///a%2", "file:///a%00b", "file:"})
    EXPECT_FALSE(path_of(other)) << other;
}

}  // namespace
}  // namespace plumb::lsp
