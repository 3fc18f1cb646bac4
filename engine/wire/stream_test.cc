#include "engine/wire/stream.h"

#include <gtest/gtest.h>

#include "engine/wire/samples.h"

namespace plumb::wire {
namespace {

std::vector<std::string> bodies(const std::string& frames) {
  FrameReader reader;
  reader.add(frames);
  std::vector<std::string> all;
  for (auto body = reader.next(); body && *body; body = reader.next()) all.push_back(std::move(**body));
  return all;
}

Record long_record(std::size_t count) {
  Record record;
  record.serial = 7;
  for (std::size_t i = 0; i < count; ++i) {
    record.resources["file:/" + std::to_string(i)] = {{"mode", "0644"}};
    record.unreported.push_back({"run-1", "", "file:/" + std::to_string(i), JournalOutcome::kChanged, "", Op::kUpdate});
  }
  return record;
}

TEST(Stream, AMessageGoesOverAsManyFramesAsItNeeds) {
  const std::string whole = encode(long_record(1000));
  const Result<std::string> frames = wire::frames(long_record(1000), 4096);
  ASSERT_TRUE(frames.has_value());
  const auto parts = bodies(*frames);
  EXPECT_GT(parts.size(), whole.size() / 4096);
  for (const std::string& part : parts) EXPECT_LT(part.size(), 4096U + 256U);
  MessageReader reader;
  for (const char c : *frames) reader.add({&c, 1});
  const auto message = reader.next();
  ASSERT_TRUE(message.has_value() && message->has_value());
  EXPECT_EQ(encode(**message), whole);
  EXPECT_FALSE(reader.in_the_middle());
}

TEST(Stream, EveryKindSurvivesTheSmallestParts) {
  for (const Message& message : samples()) {
    const auto frames = wire::frames(message, 1);
    ASSERT_TRUE(frames.has_value());
    MessageReader reader;
    reader.add(*frames);
    const auto back = reader.next();
    ASSERT_TRUE(back.has_value() && back->has_value()) << name(message);
    EXPECT_EQ(encode(**back), encode(message));
  }
}

TEST(Stream, AMessageThatBreaksOffHasNotCome) {
  const auto parts = bodies(*frames(long_record(100), 512));
  ASSERT_GT(parts.size(), 3U);
  Joiner joiner;
  EXPECT_FALSE(joiner.add(parts[0])->has_value());
  EXPECT_TRUE(joiner.in_the_middle());
  const auto other = joiner.add(encode(Stop{}));
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code(), Code::kProtocol);
}

TEST(Stream, PartsMustFit) {
  const auto refused = [](std::vector<Json> parts) {
    Joiner joiner;
    for (const Json& part : parts) {
      if (!joiner.add(to_cbor(part))) return true;
    }
    return false;
  };
  const Json first = {
      {"message", "record"}, {"serial", 7}, {"resources", {{"file:/a", Json::object()}}}, {"more", true}};
  const Json last = {{"message", "record"}, {"resources", {{"file:/b", Json::object()}}}};
  EXPECT_FALSE(refused({first, last}));
  Json other = last;
  other["serial"] = 8;
  EXPECT_TRUE(refused({first, other})) << "what is no list stands twice";
  other = last;
  other["resources"] = {{"file:/a", Json::object()}};
  EXPECT_TRUE(refused({first, other})) << "a name stands twice";
  other = last;
  other["resources"] = Json::array();
  EXPECT_TRUE(refused({first, other})) << "an object and a list";
  other = last;
  other["more"] = false;
  EXPECT_TRUE(refused({first, other}));
}

TEST(Stream, WhatHasNoEndIsRefused) {
  const auto parts_taken = [](const MessageLimits& limits) {
    const std::string part =
        to_cbor(Json{{"message", "record"}, {"owed", Json::array({std::string(1000, 'x'), 1, 2, 3})}, {"more", true}});
    Joiner joiner(limits);
    int taken = 0;
    while (taken < 1000 && joiner.add(part)) ++taken;
    return taken;
  };
  EXPECT_EQ(parts_taken({.bytes = 10'000}), 9);
  EXPECT_EQ(parts_taken({.values = 100}), 12) << "of eight values each";
}

// An apply of some hundred thousand resources.
TEST(Stream, AMessageMayBeMuchLargerThanAFrame) {
  Apply apply;
  apply.project = "edge";
  apply.run = "r1";
  for (int i = 0; i < 200'000; ++i)
    apply.resources["file:/srv/" + std::to_string(i)] = {{"content", std::string(400, 'x')}};
  const auto frames = wire::frames(apply);
  ASSERT_TRUE(frames.has_value()) << frames.error().summary();
  EXPECT_GT(frames->size(), std::size_t{64} << 20);
  MessageReader reader;
  reader.add(*frames);
  const auto message = reader.next();
  ASSERT_TRUE(message.has_value() && message->has_value());
  EXPECT_EQ(std::get<Apply>(**message).resources.size(), 200'000U);
}

TEST(Stream, AnItemThatIsTooLargeIsNotSent) {
  Observe observe{"edge", "", {sample_desired()}};
  observe.resources[0].attributes["content"] = std::string(kMaxFrame, 'x');
  const auto frames = wire::frames(observe);
  ASSERT_FALSE(frames.has_value());
  EXPECT_EQ(frames.error().code(), Code::kProtocol);
}

TEST(Versions, TheHighestOfBothIsSpoken) {
  EXPECT_EQ(*common_version({1, 4}, {2, 7}, "the executor"), 4);
  EXPECT_EQ(*common_version({2, 2}, {1, 3}, "the executor"), 2);
  for (const Versions& other : {Versions{1, 1}, Versions{5, 6}}) {
    const auto none = common_version({2, 4}, other, "the executor");
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().code(), Code::kProtocol);
  }
}

TEST(Versions, ARangeIsARange) {
  for (const Json& range : {Json(2), Json::array({2}), Json::array({3, 2}), Json::array({0, 2})}) {
    EXPECT_FALSE(decode(to_cbor(Json{{"message", "hello"}, {"version", "1"}, {"protocols", range}})).has_value());
  }
  const auto old = decode(to_cbor(Json{{"message", "hello"}, {"version", "1"}, {"protocol", 1}}));
  ASSERT_FALSE(old.has_value());
  EXPECT_NE(old.error().summary().find("one version"), std::string::npos);
}

}  // namespace
}  // namespace plumb::wire
