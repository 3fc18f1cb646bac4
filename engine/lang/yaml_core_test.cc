#include "engine/lang/yaml_core.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace plumb::lang {
namespace {

using CoreType = CoreScalar::Type;

// The examples 10.3 and 10.8 of the standard, and what stands around them.
TEST(CoreSchema, WordsAreNothingOrTrueOrFalse) {
  for (const char* text : {"", "~", "null", "Null", "NULL"}) EXPECT_EQ(core_scalar(text).type, CoreType::kNull) << text;
  for (const char* text : {"true", "True", "TRUE", "false", "False", "FALSE"}) {
    ASSERT_EQ(core_scalar(text).type, CoreType::kBoolean) << text;
    EXPECT_EQ(core_scalar(text).boolean, (text[0] | 0x20) == 't') << text;
  }
  for (const char* text : {"yes", "no", "on", "off", "y", "n", "nULL", "tRUE", "nil", "none"})
    EXPECT_EQ(core_scalar(text).type, CoreType::kText) << text;
}

TEST(CoreSchema, WholeNumbers) {
  const std::pair<const char*, std::int64_t> known[] = {
      {"0", 0},     {"-19", -19},  {"+12", 12},
      {"0o7", 7},   {"0o14", 12},  {"0x3A", 58},
      {"0x10", 16}, {"0xfF", 255}, {"9223372036854775807", INT64_MAX}};
  for (const auto& [text, value] : known) {
    ASSERT_EQ(core_scalar(text).type, CoreType::kInteger) << text;
    EXPECT_EQ(core_scalar(text).integer, value) << text;
  }
  for (const char* text :
       {"-", "+", "1_000", "0x", "0xg", "0o8", "0b1", "-0x1", "12:30:45", "1 2", "0x-1", "--1", "+-1"})
    EXPECT_EQ(core_scalar(text).type, CoreType::kText) << text;
}

// The standard says that these are numbers, and nobody who writes one means it.
TEST(CoreSchema, DigitsBehindAZeroStayText) {
  for (const char* text : {"0644", "00", "-01", "007", "01.5", "08e1"})
    EXPECT_EQ(core_scalar(text).type, CoreType::kText) << text;
}

TEST(CoreSchema, Numbers) {
  const std::pair<const char*, double> known[] = {{"1e3", 1000},     {"0.", 0},        {"-0.0", 0},      {".5", 0.5},
                                                  {"+12e03", 12000}, {"-2E+05", -2e5}, {"1.5e-1", 0.15}, {"-.5", -0.5},
                                                  {"1.", 1},         {"1e-400", 0}};
  for (const auto& [text, value] : known) {
    ASSERT_EQ(core_scalar(text).type, CoreType::kNumber) << text;
    EXPECT_EQ(core_scalar(text).number, value) << text;
    EXPECT_FALSE(core_scalar(text).whole) << text;
  }
  for (const char* text : {".", "-.", "e3", ".e3", "1e", "1e+", "1.2.3", "1e3.5", "inf", "nan", ".infinity", "-.nan"})
    EXPECT_EQ(core_scalar(text).type, CoreType::kText) << text;
  for (const char* text : {".inf", ".Inf", "+.INF", "-.inf", "1e400"})
    EXPECT_TRUE(std::isinf(core_scalar(text).number)) << text;
  EXPECT_LT(core_scalar("-.inf").number, 0);
  EXPECT_TRUE(std::isnan(core_scalar(".nan").number));
  EXPECT_TRUE(core_scalar("9223372036854775808").whole);
  EXPECT_TRUE(core_scalar("0xffffffffffffffffff").whole);
}

}  // namespace
}  // namespace plumb::lang
