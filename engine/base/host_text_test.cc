#include "engine/base/host_text.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(HostText, TextStaysAsItIs) {
  for (const std::string text : {"", "/etc/motd",
                                 "/srv/Gr\xc3\xb6\xc3\x9f"
                                 "e",
                                 "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbd"}) {
    EXPECT_EQ(text_of_bytes(text), text);
    EXPECT_EQ(bytes_of_text(text), text);
  }
}

TEST(HostText, AnyBytesComeBackAndDifferentOnesStayDifferent) {
  EXPECT_EQ(text_of_bytes("a\xff"
                          "b"),
            "a\xf4\x8f\xbb\xbf"
            "b");
  EXPECT_NE(text_of_bytes("a\xff"), text_of_bytes("a\xfe"));
  // What such a text looks like is not what stands for itself.
  const std::string twice = text_of_bytes(text_of_bytes("\xff"));
  EXPECT_NE(twice, text_of_bytes("\xff"));
  std::uint32_t state = 4242;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525 + 1013904223;
      // Often the bytes that such characters are made of.
      constexpr std::string_view kOften = "\xf4\x8f\xba\xbb\x80\xbf\xc3/";
      bytes += (state >> 28) < 10 ? kOften[(state >> 20) % kOften.size()] : static_cast<char>(state >> 16);
    }
    const std::string text = text_of_bytes(bytes);
    EXPECT_TRUE(valid_utf8(text));
    ASSERT_EQ(bytes_of_text(text), bytes) << "round " << round;
  }
}

TEST(HostText, StandsForOneByteEach) {
  EXPECT_EQ(byte_behind(0x10feff), 0xff);
  EXPECT_EQ(byte_behind(0x10fe80), 0x80);
  EXPECT_EQ(byte_behind(0x10fe7f), -1);
  EXPECT_EQ(byte_behind('a'), -1);
}

TEST(HostText, NamesInJsonToo) {
  const Json json = {{"a\xff", Json::array({"b\xfe", 1})}};
  EXPECT_EQ(with_texts(json), (Json{{"a\xf4\x8f\xbb\xbf", Json::array({"b\xf4\x8f\xbb\xbe", 1})}}));
}

}  // namespace
}  // namespace plumb
