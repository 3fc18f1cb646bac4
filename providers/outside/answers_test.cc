#include "providers/outside/answers.h"

#include <gtest/gtest.h>

#include "engine/base/sealed.h"
#include "providers/outside/calling.h"

namespace plumb::outside {
namespace {

const char* const kSchema = R"({
  "x-identity": "name",
  "properties": {
    "name": {"type": "string"}, "value": {"type": ["string", "integer"]},
    "tags": {"type": "array", "items": {"type": "string"}},
    "token": {"type": "string", "x-parameter": true, "x-sensitive": true},
    "password": {"type": "string", "x-judged": true, "x-sensitive": true},
    "key": {"type": "string", "x-sensitive": true}}})";

Words words() {
  return Words(Json::parse(kSchema));
}

Package demo() {
  Package package;
  package.name = "demo";
  package.version = "1";
  return package;
}

Desired thing(Json attributes, std::set<std::string> sensitive = {}) {
  attributes["name"] = "x";
  return {{"", "thing", "x"}, std::move(attributes), std::move(sensitive)};
}

const std::string kHello = R"({"id":0,"protocol":1,"name":"demo","version":"1"})"
                           "\n";

std::string fault_of(const std::string& output, std::size_t requests = 1) {
  const auto given = answers(output, demo(), requests);
  return given ? "" : given.error().summary();
}

std::string fault_of_state(const std::string& answer, const Desired& desired = thing({{"value", "a"}})) {
  const auto observed = observed_from(Json::parse(answer), words(), desired);
  if (observed) return {};
  return (observed.error().code() == Code::kProviderFailed ? "" : "said: ") + observed.error().summary();
}

TEST(Answers, OneForEachRequestInOrder) {
  EXPECT_EQ(fault_of(kHello + R"({"id":1,"exists":false})"), "");
  EXPECT_EQ(fault_of(kHello + "\r\n" + R"({"id":1}   )" + "\n\n" + R"({"id":2})" + "\n", 2), "");
  EXPECT_EQ(fault_of(""), "did not answer hello");
  EXPECT_EQ(fault_of(kHello), "answered 0 of 1 requests");
  EXPECT_EQ(fault_of(kHello + R"({"id":2})"), "answers `2` where 1 was to be answered");
  EXPECT_EQ(fault_of(kHello + R"({"id":"1"})"), "answers `\"1\"` where 1 was to be answered");
  EXPECT_EQ(fault_of(kHello + R"({"id":1})" + "\nbye\n"), "answered more often than it was asked: `bye`");
  EXPECT_EQ(fault_of(R"({"id":1})"), "answers `1` where 0 was to be answered");
}

TEST(Answers, GarbageIsQuoted) {
  EXPECT_EQ(fault_of("Traceback\n"), "wrote a line that is no JSON object: `Traceback`");
  EXPECT_EQ(fault_of(kHello + "[1]"), "wrote a line that is no JSON object: `[1]`");
  EXPECT_EQ(fault_of(kHello + R"({"id":1,"id":1})"), R"(wrote a line that is no JSON object: `{"id":1,"id":1}`)");
  EXPECT_EQ(fault_of("\x1b[2Joops\n"), "wrote a line that is no JSON object: `oops`");
  const std::string deep = kHello + R"({"id":1,"x":)" + std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_NE(fault_of(deep), "");
  EXPECT_EQ(fault_of(std::string(kLongestLine + 1, ' ') + "{"),
            "wrote a line of 1048578 bytes; at most 1048576 are read");
}

TEST(Answers, HelloSaysWhoItIs) {
  EXPECT_EQ(fault_of(R"({"id":0,"protocol":2,"name":"demo","version":"1"})"),
            "answers hello with protocol `2`, and was asked for 1");
  EXPECT_EQ(fault_of(R"({"id":0,"protocol":1,"name":"demo","version":"2"})"),
            "says that it is `demo 2`, which its provider.yaml does not");
  EXPECT_EQ(fault_of(R"({"id":0,"protocol":1,"name":"demo","version":"1","x":1})"),
            "answered with a member `x`, which the protocol does not have");
}

TEST(Answers, StatesAreOfTheSchema) {
  EXPECT_EQ(fault_of_state(R"({"id":1,"exists":true,"attributes":{"value":3,"tags":["a"],"key":null}})"), "");
  EXPECT_EQ(fault_of_state(R"({"id":1})"), "does not say whether it `exists`");
  EXPECT_EQ(fault_of_state(R"({"id":1,"exists":true,"attributes":{"size":3}})"),
            "tells `size`, which its schema does not have");
  EXPECT_EQ(fault_of_state(R"({"id":1,"exists":true,"attributes":{"tags":[1]}})"),
            "tells `tags` as a array, which its schema does not allow");
  EXPECT_EQ(fault_of_state(R"({"id":1,"exists":true,"attributes":{"token":"x"}})"),
            "tells `token`, which is a parameter");
  EXPECT_EQ(fault_of_state(R"({"id":1,"exists":false,"attributes":{"value":"a"}})"),
            "tells attributes of what does not exist");
  EXPECT_NE(fault_of_state(R"({"id":1,"exists":true,"attributes":{"value":9007199254740993}})"), "");
  EXPECT_NE(fault_of_state(R"({"id":1,"exists":true,"attributes":{"value":1.5}})"), "");
  EXPECT_NE(
      fault_of_state(R"({"id":1,"exists":true,"attributes":{"value":"hmac-sha256:)" + std::string(64, '0') + R"("}})"),
      "");
  EXPECT_EQ(fault_of_state(R"({"id":1,"exists":true,"more":1})"),
            "answered with a member `more`, which the protocol does not have");
}

TEST(Answers, ErrorsAndObstaclesAreItsWords) {
  EXPECT_EQ(fault_of_state(R"({"id":1,"error":{"message":"no answer","hint":"start it"}})"), "said: no answer");
  EXPECT_EQ(fault_of_state(R"({"id":1,"error":"no answer"})"), "told of a problem without a `message`");
  const auto observed =
      observed_from(Json::parse(R"({"id":1,"exists":true,"obstacle":{"message":"a\nb"}})"), words(), thing({}));
  ASSERT_TRUE(observed.has_value());
  EXPECT_EQ(observed->obstacle->summary, "a b");
  EXPECT_TRUE(applied_from(Json::parse(R"({"id":1,"done":true})")).has_value());
  EXPECT_FALSE(applied_from(Json::parse(R"({"id":1,"done":false})")).has_value());
  EXPECT_EQ(applied_from(Json::parse(R"({"id":1,"error":{"message":"it is full"}})")).error().summary(), "it is full");
}

TEST(Answers, WhatIsTheSameCountsAsItWasAsked) {
  const Desired desired = thing({{"value", "100mb"}});
  const auto observed = observed_from(
      Json::parse(R"({"id":1,"exists":true,"attributes":{"value":"104857600"},"same":["value"]})"), words(), desired);
  ASSERT_TRUE(observed.has_value());
  EXPECT_EQ(observed->attributes["value"], "100mb");
  EXPECT_NE(fault_of_state(R"({"id":1,"exists":true,"attributes":{"value":"1"},"same":["tags"]})"), "");
  EXPECT_NE(fault_of_state(R"({"id":1,"exists":true,"same":["value"]})"), "");
  EXPECT_NE(fault_of_state(R"({"id":1,"exists":true,"attributes":{"key":"k"},"same":["key"]})",
                           thing({{"key", "s3cret-key"}}, {"key"})),
            "");
}

TEST(Answers, MissingThingsAreAddresses) {
  const auto observed =
      observed_from(Json::parse(R"({"id":1,"exists":false,"missing":[{"what":"package:redis","attribute":"name"}]})"),
                    words(), thing({}));
  ASSERT_TRUE(observed.has_value());
  EXPECT_EQ(observed->missing, (std::vector<Missing>{{{"", "package", "redis"}, "name"}}));
  EXPECT_NE(fault_of_state(R"({"id":1,"exists":false,"missing":[{"what":"redis","attribute":"name"}]})"), "");
  EXPECT_NE(fault_of_state(R"({"id":1,"exists":false,"missing":[{"what":"package:a","attribute":"size"}]})"), "");
}

TEST(Answers, OnlyWhatIsNeededIsToldOfSecrets) {
  const std::string sealed = Sealed::of("k", "s3cret").encode();
  const Desired desired =
      thing({{"key", sealed}, {"token", "top-secret"}, {"password", "letmein99"}}, {"key", "token", "password"});
  const Json asked = Json::parse(observe_line(1, words(), desired));
  EXPECT_EQ(asked["desired"], (Json{{"name", "x"}, {"token", "top-secret"}, {"password", "letmein99"}}));
  EXPECT_EQ(asked["withheld"], Json::array({"key"}));

  EXPECT_EQ(fault_of_state(R"({"id":1,"exists":true,"attributes":{"value":"see top-secret"}})", desired),
            "tells a sensitive value under `value`, which is not");
  // What is sensitive by its schema and not asked for is not kept.
  EXPECT_TRUE(observed_from(Json::parse(R"({"id":1,"exists":true,"attributes":{"key":"open"}})"), words(), thing({}))
                  ->attributes.empty());
  // One that is not known here is not judged.
  const Desired unknown = thing({{"password", sealed}}, {"password"});
  const auto observed = observed_from(Json::parse(R"({"id":1,"exists":true,"attributes":{}})"), words(), unknown);
  ASSERT_TRUE(observed.has_value());
  EXPECT_EQ(observed->attributes["password"], sealed);
  EXPECT_EQ(Json::parse(observe_line(1, words(), unknown))["withheld"], Json::array({"password"}));
}

std::string ended_with(ProcessResult result) {
  Start start;
  start.observes = true;
  const auto done = ended(demo(), start, result);
  return done ? "" : done.error().summary();
}

TEST(Starts, EachEndIsNamed) {
  EXPECT_EQ(ended_with({.output = kHello + R"({"id":1,"exists":false})"}), "");
  EXPECT_EQ(ended_with({.exit_code = 3, .output = kHello, .errors = "one\nno such file\n"}),
            "the provider `demo` 1 ended with exit code 3; the last that it printed:\n  one\n  no such file");
  EXPECT_EQ(ended_with({.exit_code = 1, .errors = "1\n2\n3\n4\n5\n\x1b[1m6\n\n"}),
            "the provider `demo` 1 ended with exit code 1; the last that it printed:\n  2\n  3\n  4\n  5\n  6");
  EXPECT_EQ(ended_with({.exit_code = 139}), "the provider `demo` 1 was ended by signal 11");
  const std::string bound = ", where a process of it may have 1024 MiB of memory (`limits.memory`)";
  EXPECT_EQ(ended_with({.exit_code = 1, .errors = "MemoryError\n"}),
            "the provider `demo` 1 ended with exit code 1" + bound + "; the last that it printed: `MemoryError`");
  EXPECT_EQ(ended_with({.exit_code = 134, .most_memory = 600 << 20}),
            "the provider `demo` 1 was ended by signal 6" + bound);
  EXPECT_EQ(ended_with({.exit_code = 134, .most_memory = 100 << 20}), "the provider `demo` 1 was ended by signal 6");
  EXPECT_EQ(ended_with({.exit_code = 143, .output = "still here\n", .timed_out = true}),
            "the provider `demo` 1 was ended after 30 s; the last that it printed: `still here`");
  EXPECT_EQ(ended_with({.exit_code = 137, .output = std::string(kMostOutput, 'x')}),
            "the provider `demo` 1 printed more than 8 MiB");
  EXPECT_EQ(ended_with({.output = "oops\n", .errors = "warned\n"}),
            "the provider `demo` 1 wrote a line that is no JSON object: `oops`; the last that it printed: `warned`");
}

TEST(Starts, NothingIsAnArgument) {
  Package package = demo();
  package.command = {"python3", "./provider.py", "-v"};
  package.folder = "/var/lib/plumb/.providers/ab";
  Start start;
  start.observes = true;
  start.lines = "{}\n";
  start.seconds = 5;
  const ProcessRequest request = request_of(package, start);
  EXPECT_EQ(request.argv, (std::vector<std::string>{"python3", "/var/lib/plumb/.providers/ab/provider.py", "-v"}));
  EXPECT_EQ(request.cwd, package.folder);
  EXPECT_TRUE(request.changes_nothing);
  EXPECT_TRUE(request.end_at_limit);
  EXPECT_EQ(request.memory, 1U << 30);
  EXPECT_EQ(request.timeout.count(), 5);
  EXPECT_TRUE(request.stdin_text.ends_with("\n{}\n"));
  start.observes = false;
  start.seconds = 0;
  EXPECT_FALSE(request_of(package, start).changes_nothing);
  EXPECT_EQ(request_of(package, start).timeout.count(), 600);
}

}  // namespace
}  // namespace plumb::outside
