#include "engine/base/codes.h"

#include <gtest/gtest.h>

#include "engine/base/code_names.h"
#include "engine/base/diagnostic.h"

namespace plumb {
namespace {

TEST(Codes, AscendAndSayEnough) {
  int last = 0;
  for (const CodeInfo& info : all_codes()) {
    EXPECT_GT(static_cast<int>(info.code), last) << info.title;
    last = static_cast<int>(info.code);
    EXPECT_FALSE(info.title.empty());
    EXPECT_FALSE(info.title.ends_with('.')) << info.title;
    EXPECT_TRUE(info.text.ends_with('.')) << info.text;
    EXPECT_EQ(find_code(code_name(info.code))->code, info.code);
    EXPECT_EQ(code_named(code_name(info.code)), info.code);
  }
  for (const char* none : {"PL9999", "PL-101", "PL 107", "PL01007", "1007", "PL1007 ", ""})
    EXPECT_FALSE(code_named(none));
  EXPECT_FALSE(find_code("PL9999"));
  EXPECT_EQ(code_name(Code::kUnknownKey), "PL1007");
}

TEST(Diagnostics, SortByPlaceAndDropRepeats) {
  const auto at = [](int line, Code code) { return Diagnostic(code, "x").at({"f", line, 1, line, 2}); };
  Diagnostics list;
  list.add(at(2, Code::kUnknownKey));
  list.add(at(1, Code::kUnknownKey));
  list.add(at(1, Code::kYamlSyntax));
  list.add(at(2, Code::kUnknownKey));
  list.add(at(3, Code::kUnknownKey).as(Severity::kWarning));
  EXPECT_EQ(list.error_count(), 4U);
  const auto sorted = list.sorted();
  ASSERT_EQ(sorted.size(), 4U);
  EXPECT_EQ(sorted[0].code, Code::kYamlSyntax);
  EXPECT_EQ(sorted[1].span->str(), "f:1:1");
  EXPECT_EQ(sorted[2].span->line, 2);
}

TEST(Diagnostics, WhatIsSaidTwiceOfAPlaceIsSaidOnceByWhoeverKnowsAWayOut) {
  const auto at = [](const char* label) { return Diagnostic(Code::kWrongType, "x").at({"f", 1, 1, 1, 2}, label); };
  Diagnostics list;
  list.add(at("a list"));
  list.add(at("expected a name").with_hint("write a map"));
  list.add(Diagnostic(Code::kWrongType, "y").at({"f", 1, 1, 1, 2}));
  list.add(Diagnostic(Code::kWrongType, "x"));
  list.add(Diagnostic(Code::kWrongType, "x").with_hint("somewhere else"));
  std::vector<std::string> told;
  for (const Diagnostic& one : list.sorted()) told.push_back(one.summary + ", " + one.label + ", " + one.hint);
  EXPECT_EQ(told,
            (std::vector<std::string>{"x, , ", "x, , somewhere else", "x, expected a name, write a map", "y, , "}));
}

}  // namespace
}  // namespace plumb
