#include "engine/base/real.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace plumb {
namespace {

struct Reading {
  std::ptrdiff_t length;
  std::errc problem;
  double value = 0.5;  // left alone where there is none
};

template <class Read>
Reading reading_of(const std::string& text, Read read) {
  Reading out{};
  out.value = 0.5;
  const auto [end, problem] = read(text.data(), text.data() + text.size(), out.value);
  out.length = end - text.data();
  out.problem = problem;
  return out;
}

void expect_same(const std::string& text) {
  const Reading one = reading_of(text, read_real);
  const Reading other = reading_of(text, read_real_by_strtod);
  EXPECT_EQ(one.length, other.length) << text;
  EXPECT_EQ(one.problem, other.problem) << text;
  if (std::isnan(one.value)) {
    EXPECT_TRUE(std::isnan(other.value)) << text;
  } else {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(one.value), std::bit_cast<std::uint64_t>(other.value)) << text;
  }
}

TEST(Real, ReadsTheSameEitherWay) {
  for (const char* text : {"0",
                           "-0",
                           "1",
                           "1.5",
                           "-1.5e3",
                           ".5",
                           "-.5",
                           "5.",
                           "1e",
                           "1e+",
                           "1e5x",
                           "1e400",
                           "-1e400",
                           "1e-400",
                           "4e-324",
                           "1e-310",
                           "2.2250738585072014e-308",
                           "1.7976931348623157e308",
                           "1.7976931348623159e308",
                           "0.1",
                           "123456789012345678",
                           "inf",
                           "Infinity",
                           "-inf",
                           "nan",
                           "-NaN",
                           "infinit",
                           "i",
                           "n",
                           "",
                           " 1",
                           "+1",
                           "--1",
                           "-",
                           ".",
                           "-.",
                           "e5",
                           "0x1p3",
                           "0X10",
                           "1_000",
                           "1,5",
                           "1 2",
                           "00012",
                           "\t1"}) {
    expect_same(text);
  }
}

TEST(Real, ReadsWhatPrintingGives) {
  std::mt19937_64 numbers(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = numbers();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    std::array<char, 32> text{};
    *std::to_chars(text.data(), text.data() + text.size() - 1, value).ptr = '\0';
    expect_same(text.data());
  }
}

// As digits by the standard library, which has the same in its scientific notation.
void expect_shortest(double value) {
  std::array<char, 32> text{};
  char* const end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr;
  const DecimalDigits decimal = shortest_digits(value);
  std::string written(1, decimal.digits[0]);
  if (decimal.digits.size() > 1) written += "." + decimal.digits.substr(1);
  const int exponent = std::abs(decimal.exponent);
  written += decimal.exponent < 0 ? "e-" : "e+";
  written += (exponent < 10 ? "0" : "") + std::to_string(exponent);
  EXPECT_EQ(written, std::string(text.data(), end));
}

TEST(Real, GivesTheFewestDigits) {
  for (const double value : {1.0, 0.1, 0.3, 9.5, 99.99, 1e21, 1e23, 5e-324, 1.7976931348623157e308, 9007199254740993.0})
    expect_shortest(value);
  // Above powers of two the distance to the next number doubles.
  for (int exponent = -1074; exponent < 1024; ++exponent) {
    const double power = std::ldexp(1.0, exponent);
    expect_shortest(power);
    expect_shortest(std::nextafter(power, 0) > 0 ? std::nextafter(power, 0) : power);
    expect_shortest(std::nextafter(power, 1e308));
  }
  std::mt19937_64 numbers(11);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::fabs(std::bit_cast<double>(numbers()));
    if (std::isfinite(value) && value > 0) expect_shortest(value);
  }
}

TEST(Real, ReadsNoFurtherThanItsEnd) {
  const std::string text = "1234";
  double value = 0;
  EXPECT_EQ(read_real_by_strtod(text.data(), text.data() + 2, value).ptr, text.data() + 2);
  EXPECT_EQ(value, 12);
}

}  // namespace
}  // namespace plumb
