#include "engine/lang/interpolation.h"

#include <gtest/gtest.h>

#include "engine/lang/cel/convert.h"
#include "engine/lang/text_position.h"

namespace plumb::lang {
namespace {

using cel::Type;
using cel::Value;

class InterpolationTest : public testing::Test {
 protected:
  InterpolationTest() {
    const Type text(Type::Kind::kString);
    environment_.add_variable(
        "inputs", cel::make_record("inputs", {{"name", text, false}, {"port", Type(Type::Kind::kInt), false}}));
    slots_.push_back(cel::from_json(Json::parse(R"({"name": "shop", "port": 80})")));
  }

  std::string show(std::string_view text, const std::optional<Type>& wanted = std::nullopt) {
    const auto made = Interpolation::parse(text, environment_, wanted);
    if (!made) return made.error().summary;
    const auto value = made->evaluate({slots_, nullptr});
    return value ? made->type().str() + " " + display(*value) : value.error().summary;
  }

  // Reads `yaml`, takes the scalar of its first entry and says where the first fault in it stands.
  std::string place(const std::string& yaml) {
    Diagnostics diagnostics;
    const auto tree = read_yaml("f.yaml", yaml, diagnostics);
    if (!tree || !tree->is_map()) return "unreadable";
    const Node& scalar = tree->entries[0].value;
    const auto made = Interpolation::parse(scalar.text, environment_);
    if (made) return "no fault";
    const SourceSpan span = origin_of(scalar, yaml).span(made.error().begin, made.error().end);
    EXPECT_EQ(place_further_down(yaml, made.error()), span);
    return span.str() + "-" + std::to_string(span.end_line) + ":" + std::to_string(span.end_column);
  }

  // The same where two lines more stand above it, found by where lines begin; told as if they did not.
  static SourceSpan place_further_down(const std::string& yaml, const cel::Fault& fault) {
    Diagnostics diagnostics;
    const std::string text = "# one\n\n" + yaml;
    const auto tree = read_yaml("f.yaml", text, diagnostics);
    if (!tree) return {};
    SourceMap sources;
    sources.add("f.yaml", text);
    SourceSpan span = origin_of(tree->entries[0].value, sources).span(fault.begin, fault.end);
    span.line -= 2;
    span.end_line -= 2;
    return span;
  }

  cel::Environment environment_;
  std::vector<Value> slots_;
};

TEST_F(InterpolationTest, JoinsTextAndValues) {
  EXPECT_EQ(show("/srv/${inputs.name}/${inputs.port}"), R"(string "/srv/shop/80")");
  EXPECT_EQ(show("${inputs.name}${inputs.port}"), R"(string "shop80")");
  EXPECT_EQ(show("plain"), R"(string "plain")");
  EXPECT_EQ(show(""), R"(string "")");
}

TEST_F(InterpolationTest, OneExpressionKeepsItsType) {
  EXPECT_EQ(show("${inputs.port}"), "int 80");
  EXPECT_EQ(show("${[1, 2]}"), "list(int) [1, 2]");
  EXPECT_EQ(show(" ${inputs.port}"), R"(string " 80")");
}

TEST_F(InterpolationTest, DoubleDollarIsLiteral) {
  EXPECT_EQ(show("$${inputs.port}"), R"(string "${inputs.port}")");
  EXPECT_EQ(show("a $5 $$ $${x} ${inputs.port}"), R"(string "a $5 $$ ${x} 80")");
}

TEST_F(InterpolationTest, BracesInStringsMapsAndCommentsCountForNothing) {
  EXPECT_EQ(show("${{'a': {'b': 1}}.a.b}"), "int 1");
  EXPECT_EQ(show("${'}'}${\"{\"}"), R"(string "}{")");
  EXPECT_EQ(show("${r'\\}'}"), R"(string "\\}")");
  EXPECT_EQ(show("${inputs.port // }\n}"), "int 80");
}

TEST_F(InterpolationTest, RefusesWhatHasNoText) {
  EXPECT_EQ(show("a ${[1]}"), "a value of type list(int) cannot stand inside text");
  EXPECT_EQ(show("a ${dyn({})}"), "a value of type map cannot stand inside text");
  EXPECT_EQ(show("a ${null}"), "a value of type null_type cannot stand inside text");
}

TEST_F(InterpolationTest, ChecksWhatIsWanted) {
  EXPECT_EQ(show("${inputs.port}", Type(Type::Kind::kInt)), "int 80");
  EXPECT_EQ(show("${inputs.name}", Type(Type::Kind::kInt)), "the expression gives string, not int");
  EXPECT_EQ(show("${inputs.port}0", Type(Type::Kind::kInt)), "this text gives string, not int");
  EXPECT_EQ(show("${inputs.port}", Type(Type::Kind::kDouble)), "int 80");
}

TEST_F(InterpolationTest, UnclosedBracesPointAtTheOpeningOne) {
  EXPECT_EQ(show("a ${inputs.name"), "`${` is not closed");
  EXPECT_EQ(show("a ${'x}"), "a quote that is not closed");
}

TEST_F(InterpolationTest, FaultsHaveTheirPlaceInEveryStyleOfYaml) {
  EXPECT_EQ(place("key: a ${inputs.nme} b\n"), "f.yaml:1:17-1:20");
  EXPECT_EQ(place("key: 'it''s ${inputs.nme}'\n"), "f.yaml:1:22-1:25");
  EXPECT_EQ(place("key: \"\\t\\u00e4 ${inputs.nme}\"\n"), "f.yaml:1:25-1:28");
  EXPECT_EQ(place("key: \"ä \\\n     ${inputs.nme}\"\n"), "f.yaml:2:15-2:18");
  EXPECT_EQ(place("key: \"one\n\n  two ${inputs.nme}\"\n"), "f.yaml:3:16-3:19");
  EXPECT_EQ(place("key: |\n  one\n    ${inputs.nme}\n"), "f.yaml:3:14-3:17");
  EXPECT_EQ(place("key: >-\n  one\n  two\n\n  ${inputs.nme} three\n"), "f.yaml:5:12-5:15");
  EXPECT_EQ(place("key: one\n  two ${inputs.nme}\n"), "f.yaml:2:16-2:19");
  EXPECT_EQ(place("key: >\r\n  ä\r\n  ${inputs.nme}\r\n"), "f.yaml:3:12-3:15");
}

}  // namespace
}  // namespace plumb::lang
