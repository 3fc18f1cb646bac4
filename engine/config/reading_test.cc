// What becomes of what a host tells of a reading.
#include "engine/config/reading.h"

#include <array>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/config/reading_formats.h"
#include "engine/config/untyped.h"
#include "providers/sdk/turn_condition.h"

namespace plumb::config {
namespace {

using ::testing::HasSubstr;

Json told(std::string_view format, std::string_view text) {
  const Result<lang::Node> node = read_told_text(reading_format(format), text);
  return node ? untyped(*node) : Json("error: " + node.error().summary());
}

ParsedReading reading(const std::string& declared) {
  Diagnostics diagnostics;
  const std::optional<lang::Node> node = lang::read_yaml("plumb.yaml", "version: " + declared + "\n", diagnostics);
  ParsedReading read = read_reading(node->entries.front(), diagnostics);
  for (const Diagnostic& one : diagnostics.items()) ADD_FAILURE() << one.summary;
  return read;
}

Result<Json> value(const std::string& declared, const Json& told_value, const std::string& absent = {}) {
  return value_of(reading(declared), "version", {told_value, absent});
}

TEST(ReadingFormats, TextsBecomeTrees) {
  EXPECT_EQ(told("text", " 16.2\n"), Json(16.2));
  EXPECT_EQ(told("lines", "a\n\n b \r\n"), Json({"a", "b"}));
  EXPECT_EQ(told("json", R"({"a": [1, "x", null]})"), Json::parse(R"({"a": [1, "x", null]})"));
  EXPECT_EQ(told("yaml", "a: [1, x]\n"), Json::parse(R"({"a": [1, "x"]})"));
  EXPECT_EQ(told("toml", "a = 1\n[b]\nc = \"x\"\n"), Json::parse(R"({"a": 1, "b": {"c": "x"}})"));
  EXPECT_EQ(told("ini", "; note\ntop = 1\n[web]\nport: 80\nname = a = b\n[web]\nlone\n"),
            Json::parse(R"({"top": 1, "web": {"port": 80, "name": "a = b", "lone": ""}})"));
  EXPECT_EQ(told("env", "# note\nexport A=1\nB=\"two words\"\nC='$x'\\'''\n"),
            Json::parse(R"({"A": 1, "B": "two words", "C": "$x'"})"));
  EXPECT_EQ(told("env", R"(A="a\n\"b\\"
B=it's
C=a\ b
)"),
            Json::parse(R"({"A": "a\\n\"b\\", "B": "it's", "C": "a b"})"));
  EXPECT_EQ(told("env", "A=a # it's\nB='b # c' # d\nC=a#b\nD= # e\nE=#f\nF=\"g \" # h\nG=a\tb\t#\n"),
            Json::parse(R"({"A": "a", "B": "b # c", "C": "a#b", "D": "", "E": "#f", "F": "g ", "G": "a\tb"})"));
}

// As in `name='it'`, a quote behind anything but a letter or a digit begins a part in quotes.
TEST(ReadingFormats, AnApostropheInsideOfAValueIsNoQuote) {
  EXPECT_EQ(told("env", R"(A=don't
B=it's # it's
C=don't # x
D=it's his and hers, isn't it
E=size 19" # inches
F='it'\''s'
G=--name='two words' --other="a # b"
H=the dogs' bowl # x
I=été's
J=say "don't"
)"),
            Json::parse(R"({"A": "don't", "B": "it's", "C": "don't", "D": "it's his and hers, isn't it",
                            "E": "size 19\"", "F": "it's", "G": "--name=two words --other=a # b",
                            "H": "the dogs' bowl", "I": "été's", "J": "say don't"})"));
}

// These are no YAML: a telephone number is none, and no flag.
TEST(ReadingFormats, WordsThatAreNumbersInYamlAloneStayTexts) {
  EXPECT_EQ(told("env", "A=+4912\nB=0x10\nC=1e3\nD=True\nE=.5\nF=true\nG=1.5\n"),
            Json::parse(R"({"A": "+4912", "B": "0x10", "C": "1e3", "D": "True", "E": ".5", "F": true, "G": 1.5})"));
  EXPECT_EQ(told("yaml", "[+4912, 0x10, 1e3, True, .5]\n"), Json::parse("[4912, 16, 1000.0, true, 0.5]"));
}

TEST(ReadingFormats, WhatIsNoneIsTheErrorOfALine) {
  EXPECT_THAT(told("json", "{").get<std::string>(), HasSubstr("no JSON: line 1"));
  EXPECT_THAT(told("yaml", "a: 1\na: 2\n").get<std::string>(), HasSubstr("no YAML: line 2"));
  EXPECT_THAT(told("toml", "a = \n").get<std::string>(), HasSubstr("no TOML"));
  EXPECT_THAT(told("ini", "a = 1\n[b\n").get<std::string>(), HasSubstr("line 2"));
  for (const char* text : {"a = 1\n[]\n", "a = 1\n= 2\n", "a = 1\n[a]\n"})
    EXPECT_THAT(told("ini", text).get<std::string>(), HasSubstr("line 2")) << text;
  for (const char* text : {"A=1\nwords\n", "A=1\nB=\"one\ntwo=2\"\n", "A=1\nB='\n"})
    EXPECT_THAT(told("env", text).get<std::string>(), HasSubstr("line 2")) << text;
}

TEST(Reading, TheTypeDecidesWhatATextIs) {
  EXPECT_EQ(*value("{file: /v, type: string}", "0644\n"), Json("0644"));
  EXPECT_EQ(*value("{file: /v, type: string}", "null"), Json("null"));
  EXPECT_EQ(*value("{file: /v, type: string}", ""), Json(""));
  EXPECT_EQ(*value("{file: /v, type: integer}", "16\n"), Json(16));
  EXPECT_EQ(*value("{file: /v, type: boolean}", "true\n"), Json(true));
  EXPECT_EQ(*value("{file: /v, format: lines, type: array, items: {type: integer}}", "1\n2\n"), Json({1, 2}));
  EXPECT_EQ(*value("{command: [x], gives: exit_code, type: integer}", 3), Json(3));
  EXPECT_EQ(*value("{file: /v, format: json, type: object}", "{\"a\": 1}"), Json({{"a", 1}}));
}

// What a host decides by in its turn is what the plan was made of.
TEST(Reading, AHostTakesATextForTheSameValueInItsTurn) {
  constexpr std::array<std::string_view, 16> kPieces = {
      "-", "0", "1", "9007199254740991", "9", ".", "e", "+", " ", "\n", "_", "true", "x", "~", "0x1", "null"};
  const Json source = to_json(ReadingSource{FileSource{"/v"}, {}, false});
  const auto equals_there = [&](const std::string& type, const std::string& text, const Json& wanted) {
    const TurnCondition condition{{{"version", source, type, nullptr}},
                                  {{"equal", {{{"reading", "version"}}, {{"value", wanted}}}}},
                                  "readings.version == wanted"};
    return decide(condition, [&](const ReadingSource&) { return Result<ToldReading>(ToldReading{text, {}}); });
  };
  std::mt19937 random(15);  // NOLINT(bugprone-random-generator-seed): the same texts each time
  for (int i = 0; i < 1000; ++i) {
    std::string text;
    for (auto pieces = random() % 5; pieces > 0; --pieces) text += kPieces[random() % kPieces.size()];
    for (const std::string type : {"string", "integer", "boolean"}) {
      const Result<Json> here = value("{file: /v, type: " + type + "}", text);
      const Result<TurnDecision> there = equals_there(type, text, here ? *here : Json("none"));
      ASSERT_EQ(here.has_value(), there.has_value()) << type << " of " << Json(text);
      ASSERT_TRUE(!there || there->holds) << type << " of " << Json(text) << " is another value there";
    }
  }
}

TEST(Reading, WhatIsAbsentHasAValueOrIsAnError) {
  EXPECT_EQ(*value("{file: /v, type: integer, absent: 0}", nullptr, "/v is not there"), Json(0));
  const Result<Json> none = value("{file: /v, type: integer}", nullptr, "/v is not there");
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code(), Code::kCannotObserve);
  EXPECT_THAT(none.error().summary(), HasSubstr("`version`: /v is not there"));
  EXPECT_THAT(none.error().diagnostic().hint, HasSubstr("`absent`"));
  EXPECT_EQ(none.error().diagnostic().span->line, 1);
}

TEST(Reading, AnotherTypeIsAnErrorThatKeepsSecrets) {
  const Result<Json> wrong = value("{file: /v, type: integer}", "sixteen");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code(), Code::kCannotObserve);
  const Result<Json> secret = value("{file: /v, format: json, type: object, sensitive: true}", "hunter2 {");
  ASSERT_FALSE(secret.has_value());
  EXPECT_THAT(secret.error().summary(), ::testing::Not(HasSubstr("hunter2")));
}

TEST(Reading, ASourceIsWorkedOutAndComesBack) {
  for (const char* declared :
       {"{command: [pg_config, --version], match: \"([0-9]+)\", type: integer, timeout: 1m}",
        "{command: \"id -u\", gives: exit_code, type: integer}", "{file: /etc/x, type: string, sensitive: true}",
        "{path: /srv/x, follow: true}", "{package: libc6, type: string, match: \"^[0-9]+\"}", "{unit: backup.timer}",
        "{url: \"http://[::1]/health\", type: object, format: json, timeout: 3s}"}) {
    const ParsedReading read = reading(declared);
    Diagnostics diagnostics;
    const std::optional<ReadingSource> source = source_of(read, *read.source, diagnostics);
    ASSERT_TRUE(source.has_value()) << declared;
    const Json json = to_json(*source);
    const Result<ReadingSource> back = reading_source_from(json);
    ASSERT_TRUE(back.has_value()) << back.error().summary();
    EXPECT_EQ(to_json(*back), json) << declared;
  }
}

Result<Json> local_fact(const std::string& declared, const std::string& text) {
  Diagnostics diagnostics;
  const std::optional<lang::Node> node = lang::read_yaml("plumb.yaml", "rack: " + declared + "\n", diagnostics);
  const ParsedReading fact = read_local_fact(node->entries[0], diagnostics);
  if (fact.broken()) return fail(Code::kInternal, diagnostics.items()[0].summary);
  return value_of(fact, "facts.local.rack", text.empty() ? ToldReading{nullptr, "x"} : ToldReading{text, {}});
}

TEST(LocalFacts, AreJsonOfTheDeclaredType) {
  EXPECT_EQ(*local_fact("{type: string}", "\"r12\"\n"), Json("r12"));
  EXPECT_EQ(*local_fact("{type: array, items: {type: integer}}", "[1, 2]"), Json({1, 2}));
  EXPECT_EQ(*local_fact("{type: string, absent: none}", ""), Json("none"));
  for (const char* text : {"r12", "[1]", "{", "\"a\" 1", "#!/bin/sh\n"}) {
    const Result<Json> wrong = local_fact("{type: string}", text);
    ASSERT_FALSE(wrong.has_value()) << text;
    EXPECT_EQ(wrong.error().code(), Code::kLocalFact) << text;
    EXPECT_THAT(wrong.error().summary(), HasSubstr("/etc/plumb/facts.d/rack.json: ")) << text;
  }
  EXPECT_THAT(local_fact("{type: string}", "").error().summary(), HasSubstr("it is not there"));
}

TEST(LocalFacts, AreBounded) {
  EXPECT_THAT(local_fact("{type: string}", "\"" + std::string(70'000, 'x') + "\"").error().summary(),
              HasSubstr("64 KiB"));
  EXPECT_FALSE(local_fact("{type: array}", std::string(10'000, '[') + std::string(10'000, ']')).has_value());
}

TEST(LocalFacts, HaveNoSourceOfTheirOwn) {
  for (const char* declared : {"{type: string, file: /etc/x}", "{command: [x], type: string}",
                               "{type: string, match: x}", "{}", "{type: string, format: yaml}"})
    EXPECT_EQ(local_fact(declared, "\"a\"").error().code(), Code::kInternal) << declared;
}

}  // namespace
}  // namespace plumb::config
