// Values of TOML, changed where they stand.
#include <gtest/gtest.h>

#include "providers/sdk/edit_testing.h"

namespace plumb {
namespace {

std::string toml(Json set, const std::string& text) {
  return made(tree_edit("toml", std::move(set)), text);
}
std::string toml_without(std::vector<std::string> remove, const std::string& text) {
  return made(tree_edit("toml", nullptr, std::move(remove)), text);
}

TEST(TomlEdit, AValueIsReplacedWhereItStands) {
  EXPECT_EQ(toml({{"a.b", 2}}, "[a] # a\n  b  =  1   # one\n  c = 'x'\n"), "[a] # a\n  b  =  2   # one\n  c = 'x'\n");
  EXPECT_EQ(toml({{"a", {1, "x"}}}, "a = [\n  1, # one\n  2,\n] # end\n"), "a = [1, \"x\"] # end\n");
  EXPECT_EQ(toml({{"a.b.c", "y"}}, "a.b.c = \"\"\"\nx\n\"\"\"\r\n"), "a.b.c = \"y\"\r\n");
  EXPECT_EQ(toml({{"s.1.port", 2}}, "[[s]]\nport = 1\n[[s]]\nport = 1\n"), "[[s]]\nport = 1\n[[s]]\nport = 2\n");
  EXPECT_EQ(toml({{"d", "1980-01-01"}}, "d = 1979-05-27\n"), "d = 1980-01-01\n") << "a date stays one";
  EXPECT_EQ(toml({{"a", {{"y", 1}}}}, "[a]\nx = 1 # one\n# y\n"), "[a]\ny = 1\n# y\n");
}

TEST(TomlEdit, WhatIsMissingIsMade) {
  EXPECT_EQ(toml({{"a", 1}}, ""), "a = 1\n");
  EXPECT_EQ(toml({{"a.b", 1}}, ""), "[a]\nb = 1\n");
  EXPECT_EQ(toml({{"a.b.c", 1}, {"x", 2}}, "# top\n\n# of t\n[t]\ny = 1\n"),
            "# top\n\nx = 2\n\n# of t\n[t]\ny = 1\n\n[a]\n\n[a.b]\nc = 1\n");
  EXPECT_EQ(toml({{"a.y", 2}}, "[a]\n  x = 1 # one\n\n[b]\n"), "[a]\n  x = 1 # one\n  y = 2\n\n[b]\n");
  EXPECT_EQ(toml({{"a.b.d", 2}}, "a.b.c = 1\n"), "a.b.c = 1\na.b.d = 2\n");
  EXPECT_EQ(toml({{"a.x", 1}}, "[a.b]\nc = 1\n"), "[a.b]\nc = 1\n\n[a]\nx = 1\n");
  EXPECT_EQ(toml({{"s.1", {{"port", 2}}}}, "[[s]]\nport = 1\n"), "[[s]]\nport = 1\n\n[[s]]\nport = 2\n");
  EXPECT_EQ(toml({{"s.0.t.x", 2}}, "[[s]]\nport = 1\n"), "[[s]]\nport = 1\nt = { x = 2 }\n");
}

TEST(TomlEdit, EntriesGoWithTheirLines) {
  EXPECT_EQ(toml_without({"a.x"}, "[a]\nx = [\n 1,\n]\n# y\ny = 1\n"), "[a]\n# y\ny = 1\n");
  EXPECT_EQ(toml_without({"a"}, "x = 1\n[a]\ny = 1\n[b]\n[a.c]\nz = 1"), "x = 1\n[b]");
}

TEST(TomlEdit, AnEqualValueIsLeftHoweverItIsWritten) {
  for (const char* text : {"a = 1_000\n", "a = 0x3e8\n", "a = +1000\n", "a = 1e3\n"})
    EXPECT_EQ(toml({{"a", 1000}}, text), text);
  EXPECT_EQ(toml({{"a", "x\"y"}}, "a = '''x\"y'''\n"), "a = '''x\"y'''\n");
  EXPECT_EQ(toml({{"a.b", 1}}, "a = {b = 1}\n"), "a = {b = 1}\n");
}

TEST(TomlEdit, WhatCannotBeEditedIsRefused) {
  const auto refused = [](const std::string& path, const Json& value, std::string_view text) {
    return refusal(tree_edit("toml", {{path, value}}), text);
  };
  EXPECT_EQ(refused("a.x", 2, "\na = {x = 1}\n"), "`a` in line 2 is one value, in which nothing is edited");
  EXPECT_EQ(refused("a.x", 2, "a = 1\n"), "`a` in line 1 is no table in which something could be");
  EXPECT_EQ(refused("a", 2, "[a]\nx = 1\n"),
            "`a` in line 1 stands in several places, and nothing else can take its place");
  EXPECT_EQ(refused("a", nullptr, "a = 1\n"), "`a`: TOML has no null");
  EXPECT_EQ(refused("z", 1, "a = 1\na = 2\n"), "line 2 is no TOML: `a` stands there twice");
  EXPECT_EQ(refused("z", 1, "[a]\n[a]\n"), "line 2 is no TOML: `a` stands there twice");
  EXPECT_EQ(refused("z", 1, "a = 1 b = 2\n"), "line 1 is no TOML: more stands behind it");
  EXPECT_EQ(refused("z", 1, "a = 'x\n"), "line 1 is no TOML: a quote is not closed");
  EXPECT_EQ(refused("z", 1, "a = yes\n"), "line 1 is no TOML: a value is expected");
  EXPECT_EQ(refused("z", 1, "a = " + std::string(300, '[')), "line 1 is no TOML: it is nested too deeply");
}

TEST(TomlEdit, ATextIsAsStrictlyReadAsTomlIs) {
  const auto refused = [](const std::string& text) {
    return refusal(tree_edit("toml", {{"z", 1}}), text).starts_with("line 1 is no TOML: ");
  };
  for (const char* value : {"1__0",
                            "_1",
                            "1_",
                            "0x_1",
                            "0x1_",
                            "+0x1",
                            "++1",
                            "-+1",
                            "01",
                            "1.",
                            ".1",
                            "1_.0",
                            "1._0",
                            "1e_1",
                            "1e1_",
                            "_inf",
                            "in_f",
                            "0b2",
                            "2021-00-01",
                            "2021-13-01",
                            "2021-01-00",
                            "2021-02-29",
                            "2021-02-30",
                            "24:00:00",
                            "12:60:00",
                            "12:00:61",
                            "2021-01-01T00:00:00+24:00",
                            "2021-01-01T00:00:00+00:60",
                            "{ b = 1, }",
                            "{ b = { c = 1 }, b.d = 2 }",
                            "'\x01'",
                            "'\x7f'",
                            "'a\rb'",
                            "1 # a\rb",
                            "1 # \x1f"}) {
    EXPECT_TRUE(refused(std::string("a = ") + value + "\n")) << value;
  }
  EXPECT_TRUE(refused(std::string("a = '\0'\n", 8)));
  for (const char* value : {"1_0", "0xA_b", "+1.5e-1_0", "-0", "0.0", "nan", "-inf", "2020-02-29", "23:59:60",
                            "2021-01-01 00:00:00.5-23:59", "{ b.c = 1, b.d = 2 }", "'\t'", "1 # \t\xC3\xBC\r"}) {
    const std::string text = std::string("z = 1\na = ") + value + "\n";
    EXPECT_EQ(toml({{"z", 1}}, text), text);
  }
}

}  // namespace
}  // namespace plumb
