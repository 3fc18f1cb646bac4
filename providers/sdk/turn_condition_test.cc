// Conditions that are decided in the turn of an action.
#include "providers/sdk/turn_condition.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using ::testing::HasSubstr;

// "version" is an integer of a file, "name" a text of one, "ready" a boolean of one, "entry" what lies at a path.
TurnCondition condition(Json test) {
  return {{{"entry", {{"path", "/srv/x"}}, "map", nullptr},
           {"name", {{"file", "/name"}}, "string", "none"},
           {"ready", {{"file", "/ready"}}, "boolean", nullptr},
           {"version", {{"file", "/version"}}, "integer", nullptr}},
          std::move(test),
          "as written"};
}

Json reading(const char* name) {
  return {{"reading", name}};
}
Json member(const char* name) {
  return {{"reading", "entry"}, {"member", name}};
}
Json constant(Json value) {
  return {{"value", std::move(value)}};
}
Json two(const char* what, Json a, Json b) {
  return {{what, Json::array({std::move(a), std::move(b)})}};
}

class TurnConditionTest : public ::testing::Test {
 protected:
  Result<TurnDecision> decided(const Json& test) const {
    const Result<TurnCondition> read = turn_condition_from(to_json(condition(test)));
    if (!read) return read.error();
    return decide(*read, [this](const ReadingSource& source) -> Result<ToldReading> {
      if (std::holds_alternative<PathSource>(source.what)) return ToldReading{entry_, {}};
      const std::string& file = std::get<FileSource>(source.what).file;
      const auto found = files_.find(file);
      if (found == files_.end()) return ToldReading{nullptr, file + " is not there"};
      return ToldReading{found->second, {}};
    });
  }
  std::string holds(const Json& test) const {
    const Result<TurnDecision> decision = decided(test);
    return !decision ? decision.error().summary() : decision->holds ? "yes" : "no";
  }

  std::map<std::string, Json> files_ = {{"/version", " 15\n"}, {"/name", "web01\n"}, {"/ready", "true"}};
  Json entry_ = {{"exists", true}, {"type", "file"}, {"mode", "0644"}, {"size", 10}};
};

TEST_F(TurnConditionTest, ComparesWhatIsToldByItsType) {
  EXPECT_EQ(holds(two("less", reading("version"), constant(16))), "yes");
  EXPECT_EQ(holds(two("less", constant(15), reading("version"))), "no");
  EXPECT_EQ(holds(two("at_most", reading("version"), constant(15))), "yes");
  EXPECT_EQ(holds(two("equal", reading("version"), constant("15"))), "no");
  EXPECT_EQ(holds(two("equal", reading("name"), constant("web01"))), "yes");
  EXPECT_EQ(holds(two("in", reading("name"), constant({"db01", "web01"}))), "yes");
  EXPECT_EQ(holds(two("in", reading("version"), constant({14, 16}))), "no");
  EXPECT_EQ(holds(two("begins", reading("name"), constant("web"))), "yes");
  EXPECT_EQ(holds(two("ends", reading("name"), constant("web"))), "no");
  EXPECT_EQ(holds(two("contains", reading("name"), constant("b0"))), "yes");
  EXPECT_EQ(holds(two("matches", reading("name"), constant("^web[0-9]+$"))), "yes");
  EXPECT_EQ(holds({{"is", reading("ready")}}), "yes");
  EXPECT_EQ(holds({{"not", {{"is", member("exists")}}}}), "no");
  EXPECT_EQ(holds({{"has", member("mode")}}), "yes");
  EXPECT_EQ(holds({{"has", member("owner")}}), "no");
  EXPECT_EQ(holds(two("equal", member("mode"), constant("0644"))), "yes");
}

TEST_F(TurnConditionTest, OneThatDecidesDoesSoWhateverIsWrongWithTheOthers) {
  const Json wrong = two("equal", member("owner"), constant("root"));
  const Json yes = {{"is", reading("ready")}};
  const Json no = {{"not", yes}};
  EXPECT_EQ(holds({{"all", {wrong, no}}}), "no");
  EXPECT_EQ(holds({{"any", {wrong, yes}}}), "yes");
  EXPECT_THAT(holds({{"all", {wrong, yes}}}), HasSubstr("it told no `owner`"));
  EXPECT_THAT(holds({{"any", {no, wrong}}}), HasSubstr("it told no `owner`"));
}

TEST_F(TurnConditionTest, WhatIsNotThereIsWhatAbsentSaysOrAnError) {
  files_.clear();
  EXPECT_THAT(holds({{"is", reading("ready")}}), HasSubstr("the reading `ready`: /ready is not there"));
  files_ = {{"/version", "15"}, {"/ready", "false"}};
  EXPECT_EQ(holds(two("equal", reading("name"), constant("none"))), "yes");
}

TEST_F(TurnConditionTest, WhatIsOfAnotherTypeIsRefusedAndNotGuessed) {
  for (const char* text : {"015", "0x10", "1_000", "15.0", "", "a"}) {
    files_["/version"] = text;
    EXPECT_THAT(holds(two("less", reading("version"), constant(16))), HasSubstr("the reading `version`")) << text;
  }
  files_["/version"] = "-3";
  files_["/ready"] = "yes";
  EXPECT_THAT(holds({{"is", reading("ready")}}), HasSubstr("what it told is no boolean"));
}

TEST_F(TurnConditionTest, SaysWhatDecided) {
  const Result<TurnDecision> decision = decided(
      {{"all",
        {two("less", reading("version"), constant(16)), {{"is", member("exists")}}, {{"is", member("exists")}}}}});
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->told, "readings.version told 15, readings.entry.exists told true");
}

TEST_F(TurnConditionTest, OnlyWhatCanBeDecidedIsRead) {
  const Json good = {{"is", reading("ready")}};
  for (const Json& bad : {Json("yes"), Json::object(), Json{{"is", reading("other")}}, Json{{"all", Json::array()}},
                          Json{{"is", reading("ready")}, {"not", good}}, two("matches", reading("name"), constant("(")),
                          two("matches", reading("name"), reading("name")), two("above", constant(1), constant(2)),
                          Json{{"equal", {constant(1)}}}}) {
    EXPECT_FALSE(turn_condition_from(to_json(condition(bad))).has_value()) << bad.dump();
  }
  Json deep = good;
  for (int i = 0; i < 100; ++i) deep = {{"not", deep}};
  EXPECT_FALSE(turn_condition_from(to_json(condition(deep))).has_value());
  Json sensitive = to_json(condition(good));
  sensitive["readings"]["name"]["source"]["sensitive"] = true;
  EXPECT_FALSE(turn_condition_from(sensitive).has_value());
  Json more = to_json(condition(good));
  more["more"] = true;
  EXPECT_FALSE(turn_condition_from(more).has_value());
}

TEST_F(TurnConditionTest, SeveralAreOneThatAsksForAll) {
  TurnCondition first = condition({{"is", reading("ready")}});
  first.text = "a || b";
  TurnCondition second = condition({{"not", {{"is", reading("ready")}}}});
  second.text = "c";
  const TurnCondition all = all_of({first, second});
  EXPECT_EQ(all.text, "(a || b) && c");
  EXPECT_EQ(all.readings.size(), 4U);
  EXPECT_EQ(holds(all.test), "no");
}

}  // namespace
}  // namespace plumb
