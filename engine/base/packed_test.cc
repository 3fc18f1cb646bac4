// What was packed comes back, whole or in pieces, and what is no packing is not believed.
#include "engine/base/packed.h"

#include <random>

#include <gtest/gtest.h>

namespace plumb {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// Bytes of which nothing can be saved.
std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string in_pieces(std::string_view bytes, std::size_t piece) {
  Packer packer;
  for (std::size_t at = 0; at < bytes.size(); at += piece) packer.add(bytes.substr(at, piece));
  EXPECT_EQ(packer.size(), bytes.size());
  return packer.finish();
}

TEST(PackedTest, WhatWasPackedComesBack) {
  for (const std::string& bytes : {std::string(), std::string("short"), repeated("an action of a host, ", 5000),
                                   noise(255), noise(256), noise(300000)}) {
    const auto size = static_cast<std::int64_t>(bytes.size());
    EXPECT_LE(pack(bytes).size(), bytes.size());
    EXPECT_EQ(unpack(pack(bytes), size), bytes);
    for (const std::size_t piece : {1, 255, 70000}) EXPECT_EQ(unpack(in_pieces(bytes, piece), size), bytes);
  }
  EXPECT_LT(pack(repeated("an action of a host, ", 5000)).size(), 1000U);
  EXPECT_LT(in_pieces(repeated("an action of a host, ", 5000), 100).size(), 1000U);
}

TEST(PackedTest, ThereIsRoomForSoManyAndNoMore) {
  Room room(10);
  EXPECT_TRUE(room.take(4));
  EXPECT_TRUE(room.take(6));
  EXPECT_FALSE(room.take(1));
}

TEST(PackedTest, WhatIsNoPackingIsNotBelieved) {
  const std::string packed = pack(repeated("text", 1000));
  EXPECT_EQ(unpack(packed, 3999), std::nullopt);
  EXPECT_EQ(unpack(packed, 4001), std::nullopt);
  EXPECT_EQ(unpack(packed, -1), std::nullopt);
  EXPECT_EQ(unpack(packed, std::int64_t{1} << 60), std::nullopt);  // and no such room is asked for
  EXPECT_EQ(unpack("something else", 4000), std::nullopt);
}

}  // namespace
}  // namespace plumb
