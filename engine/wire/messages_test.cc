#include "engine/wire/messages.h"

#include <functional>

#include <gtest/gtest.h>

#include "engine/wire/samples.h"

namespace plumb::wire {
namespace {

Json body_of(const Message& message) {
  return *parse_cbor(encode(message));
}

TEST(Messages, EveryKindComesBack) {
  for (const Message& message : samples()) {
    const Json body = body_of(message);
    const Result<Message> back = decode(encode(message));
    ASSERT_TRUE(back.has_value()) << body["message"] << ": " << back.error().summary();
    EXPECT_EQ(back->index(), message.index());
    EXPECT_EQ(body_of(*back), body);
    EXPECT_EQ(name(*back), body["message"].get<std::string>());
  }
}

TEST(Messages, DefaultsComeBack) {
  const auto back = decode(encode(Event{}));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(std::get<Event>(*back).milliseconds, 0);
  EXPECT_FALSE(std::get<Event>(*back).problem.has_value());
  EXPECT_TRUE(decode(encode(Apply{})).has_value());
  EXPECT_TRUE(decode(encode(Record{})).has_value());
}

TEST(Messages, TruncatedOnesAreRefused) {
  for (const Message& message : samples()) {
    const std::string bytes = encode(message);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const auto back = decode(std::string_view(bytes).substr(0, length));
      ASSERT_FALSE(back.has_value());
      EXPECT_EQ(back.error().code(), Code::kProtocol);
    }
    EXPECT_FALSE(decode(bytes + "x").has_value());
  }
}

TEST(Messages, UnknownMembersAndKindsAreRefused) {
  Json body = body_of(Stop{});
  body["now"] = true;
  EXPECT_EQ(decode(to_cbor(body)).error().code(), Code::kProtocol);
  EXPECT_FALSE(decode(to_cbor(Json{{"message", "reboot"}})).has_value());
  EXPECT_FALSE(decode(to_cbor(Json::array())).has_value());
  EXPECT_FALSE(decode(to_cbor(Json{{"message", "acknowledge"}})).has_value());
}

TEST(Messages, WrongTypesAreRefused) {
  for (const Message& message : samples()) {
    const Json body = body_of(message);
    for (const auto& [name, value] : body.items()) {
      if (name == "facts") continue;
      Json wrong = body;
      wrong[name] = Json(1.5);
      EXPECT_FALSE(decode(to_cbor(wrong)).has_value()) << body["message"] << " " << name;
    }
  }
}

TEST(Messages, AnActionNamesOthersThatAreWhereTheyHaveToBe) {
  const auto refused = [](const std::function<void(Apply&)>& change) {
    Apply apply;
    for (const char* name : {"/a", "/b", "/c"}) {
      Action action;
      action.desired.address = {"", "file", name};
      action.op = Op::kCreate;
      apply.actions.push_back(action);
    }
    change(apply);
    const Result<Message> read = decode(encode(apply));
    return !read && read.error().code() == Code::kProtocol;
  };
  EXPECT_FALSE(refused([](Apply& apply) {
    apply.actions[0].triggers = {1, 2};
    apply.actions[2].needs = {0, 1};
    apply.actions[2].rescues = {1};
    apply.settled = {2};
  }));
  for (const std::size_t place : {1U, 2U, 7U}) {
    EXPECT_TRUE(refused([&](Apply& apply) { apply.actions[1].needs = {place}; })) << place;
    EXPECT_TRUE(refused([&](Apply& apply) { apply.actions[1].rescues = {place}; })) << place;
  }
  for (const std::size_t place : {0U, 1U, 3U})
    EXPECT_TRUE(refused([&](Apply& apply) { apply.actions[1].triggers = {place}; })) << place;
  EXPECT_TRUE(refused([](Apply& apply) { apply.settled = {3}; }));
  EXPECT_TRUE(refused([](Apply& apply) { apply.changed = {3}; }));
  EXPECT_TRUE(refused([](Apply& apply) { apply.failed = {3}; }));
  EXPECT_TRUE(refused([](Apply& apply) { apply.skipped = {3}; }));
}

TEST(Messages, AttributesAreAnObject) {
  for (const Json& attributes : {Json(5), Json::array({1}), Json("text"), Json(nullptr)}) {
    ObservedChunk chunk;
    chunk.states.emplace_back().observed.emplace().attributes = attributes;
    const auto decoded = decode(encode(chunk));
    ASSERT_FALSE(decoded.has_value()) << attributes;
    EXPECT_NE(decoded.error().summary().find("an object is expected"), std::string::npos) << decoded.error().summary();
  }
}

TEST(Messages, NestingIsBounded) {
  Json deep = 1;
  for (int i = 0; i < 200; ++i) deep = Json::array({deep});
  EXPECT_FALSE(decode(encode(Hello{kVersions, "v", "p", deep})).has_value());
}

TEST(Messages, TextThatIsNotUtf8IsMadeSo) {
  const auto back = decode(encode(Event{EventKind::kOutput, 0, "caf\xe9 \xf0\x9f\x98\x80", {}, 0}));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(std::get<Event>(*back).text, "caf\xef\xbf\xbd \xf0\x9f\x98\x80");
  Observed observed;
  observed.attributes = {{"target", "a\xff"}, {"list", {"\xff"}}};
  EXPECT_TRUE(decode(encode(ObservedChunk{{{0, observed, {}}}})).has_value());
}

}  // namespace
}  // namespace plumb::wire
