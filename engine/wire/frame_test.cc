#include "engine/wire/frame.h"

#include <gtest/gtest.h>

namespace plumb::wire {
namespace {

TEST(Frame, ComesBackFromAnyPieces) {
  const std::string stream = frame("one") + frame("") + frame(std::string(100000, 'x'));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{4096}, stream.size()}) {
    FrameReader reader;
    std::vector<std::string> bodies;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.add(std::string_view(stream).substr(at, piece));
      while (true) {
        auto body = reader.next();
        ASSERT_TRUE(body.has_value());
        if (!*body) break;
        bodies.push_back(**body);
      }
    }
    ASSERT_EQ(bodies.size(), 3U);
    EXPECT_EQ(bodies[0], "one");
    EXPECT_EQ(bodies[1], "");
    EXPECT_EQ(bodies[2].size(), 100000U);
    EXPECT_FALSE(reader.in_the_middle());
  }
}

TEST(Frame, AnIncompleteOneWaits) {
  FrameReader reader;
  reader.add(frame("hello").substr(0, 6));
  const auto body = reader.next();
  ASSERT_TRUE(body.has_value());
  EXPECT_FALSE(body->has_value());
  EXPECT_TRUE(reader.in_the_middle());
}

TEST(Frame, AnOversizedOneIsRefusedBeforeItIsRead) {
  FrameReader reader;
  reader.add("Welcome to host1!");
  const auto body = reader.next();
  ASSERT_FALSE(body.has_value());
  EXPECT_EQ(body.error().code(), Code::kProtocol);
}

}  // namespace
}  // namespace plumb::wire
