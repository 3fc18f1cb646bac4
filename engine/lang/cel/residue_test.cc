// What is left of a condition while some readings are not known.
#include "engine/lang/cel/residue.h"

#include <gtest/gtest.h>

#include "engine/lang/cel/convert.h"

namespace plumb::cel {
namespace {

class ResidueTest : public ::testing::Test {
 protected:
  ResidueTest() {
    environment_.add_variable("known", Type());
    environment_.add_variable("readings", Type());
    values_ = {from_json({{"one", 1}, {"yes", true}, {"names", {"a", "b"}}}),
               from_json({{"told", "kept"}, {"open", "before"}, {"entry", {{"exists", false}}}})};
  }
  // "-" where there is none.
  std::string left(const std::string& text) const {
    Outcome<Program> program = compile(text, environment_);
    if (!program) return program.error().summary;
    const std::optional<Json> test = residue(*program, {values_, nullptr}, {1, {"open", "entry"}, "web/"});
    return test ? canonical(*test) : "-";
  }

  Environment environment_;
  std::vector<Value> values_;
};

TEST_F(ResidueTest, ComparisonsAreLeft) {
  EXPECT_EQ(left("readings.open == 'x'"), R"({"equal":[{"reading":"web/open"},{"value":"x"}]})");
  EXPECT_EQ(left("readings.open != 'x'"), R"({"not":{"equal":[{"reading":"web/open"},{"value":"x"}]}})");
  EXPECT_EQ(left("readings.open > known.one"), R"({"less":[{"value":1},{"reading":"web/open"}]})");
  EXPECT_EQ(left("readings.open >= known.one + 1"), R"({"at_most":[{"value":2},{"reading":"web/open"}]})");
  EXPECT_EQ(left("readings.open in known.names"), R"({"in":[{"reading":"web/open"},{"value":["a","b"]}]})");
  EXPECT_EQ(left("readings.open.startsWith('a')"), R"({"begins":[{"reading":"web/open"},{"value":"a"}]})");
  EXPECT_EQ(left("readings.open.matches('^a')"), R"({"matches":[{"reading":"web/open"},{"value":"^a"}]})");
  EXPECT_EQ(left("!readings.entry.exists"), R"({"not":{"is":{"member":"exists","reading":"web/entry"}}})");
  EXPECT_EQ(left("has(readings.entry.mode)"), R"({"has":{"member":"mode","reading":"web/entry"}})");
}

TEST_F(ResidueTest, WhatIsKnownIsWorkedOutNow) {
  EXPECT_EQ(left("known.yes"), "true");
  EXPECT_EQ(left("!known.yes && readings.entry.exists"), "false");
  EXPECT_EQ(left("readings.entry.exists || known.yes"), "true");
  EXPECT_EQ(left("known.yes && readings.entry.exists && readings.told == 'kept'"),
            R"({"is":{"member":"exists","reading":"web/entry"}})");
  EXPECT_EQ(left("known.yes ? readings.entry.exists : readings.open == 'x'"),
            R"({"is":{"member":"exists","reading":"web/entry"}})");
  EXPECT_EQ(left("readings.entry.exists ? readings.open == 'x' : known.yes"),
            R"({"any":[{"all":[{"is":{"member":"exists","reading":"web/entry"}},)"
            R"({"equal":[{"reading":"web/open"},{"value":"x"}]}]},)"
            R"({"not":{"is":{"member":"exists","reading":"web/entry"}}}]})");
}

TEST_F(ResidueTest, MoreThanComparisonsAreNot) {
  for (const char* text :
       {"size(readings.open) > 1", "readings.open + 'x' == 'ax'", "readings['open'] == 'x'", "readings == known",
        "known.names.exists(n, n == readings.open)", "readings.open in {'a': 1}", "'a'.matches(readings.open)",
        "readings.entry.a.b == 1", "known.none && readings.entry.exists", "known.one == readings.open + 1"}) {
    EXPECT_EQ(left(text), "-") << text;
  }
  EXPECT_EQ(left("!known.yes && size(readings.open) > 1"), "false") << "what is not asked need not be told";
}

TEST_F(ResidueTest, ConditionalsThatDecideConditionalsDoNotGrowWithoutBound) {
  std::string text = "readings.entry.exists";
  for (int i = 0; i < 30; ++i) text = "(" + text + " ? readings.open == 'a' : readings.open == 'b')";
  EXPECT_EQ(left(text), "-");
}

}  // namespace
}  // namespace plumb::cel
