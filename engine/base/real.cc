#include "engine/base/real.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include <locale.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

namespace plumb {
namespace {

DecimalDigits rounded_digits(double value, int count) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*e", count - 1, value);
  char* const mark = std::find(text.data(), text.data() + text.size(), 'e');
  DecimalDigits decimal{{}, std::atoi(mark + 1)};
  std::copy_if(text.data(), mark, std::back_inserter(decimal.digits), [](char c) { return c >= '0' && c <= '9'; });
  return decimal;
}

DecimalDigits next_above(DecimalDigits decimal) {
  std::string& digits = decimal.digits;
  const std::size_t kept = digits.find_last_not_of('9') + 1;  // 0 where all are nines
  std::fill(digits.begin() + static_cast<std::ptrdiff_t>(kept), digits.end(), '0');
  if (kept > 0) {
    ++digits[kept - 1];
  } else {
    digits.front() = '1';
    ++decimal.exponent;
  }
  return decimal;
}

bool reads_as(double value, const DecimalDigits& decimal) {
  const int last = decimal.exponent - static_cast<int>(decimal.digits.size()) + 1;
  return std::strtod((decimal.digits + "e" + std::to_string(last)).c_str(), nullptr) == value;
}

// Whatever locale is set.
double plain_strtod(const std::string& text, char** end) {
  static const locale_t plain = ::newlocale(LC_ALL_MASK, "C", nullptr);
  return ::strtod_l(text.c_str(), end, plain);
}

}  // namespace

std::from_chars_result read_real(const char* first, const char* last, double& value) {
#if defined(__cpp_lib_to_chars) && __cpp_lib_to_chars >= 201611L
  return std::from_chars(first, last, value);
#else
  return read_real_by_strtod(first, last, value);
#endif
}

std::from_chars_result read_real_by_strtod(const char* first, const char* last, double& value) {
  // strtod also takes blanks, a plus sign and hexadecimal digits.
  const auto is_start = [](char c) {
    return (c >= '0' && c <= '9') || std::string_view("-.iInN").find(c) != std::string_view::npos;
  };
  if (first == last || !is_start(*first)) return {first, std::errc::invalid_argument};
  const std::string text(first, std::find_if(first, last, [](char c) { return c == 'x' || c == 'X'; }));
  char* end = nullptr;
  errno = 0;
  const double read = plain_strtod(text, &end);
  const char* const behind = first + (end - text.c_str());
  if (behind == first) return {first, std::errc::invalid_argument};
  // What is merely less exact for being small is told in the same way, and is a number.
  if (errno == ERANGE && (std::isinf(read) || read == 0)) return {behind, std::errc::result_out_of_range};
  value = read;
  return {behind, std::errc{}};
}

double real_in(const std::string& text) {
  // strtod reads the point of whatever locale is set; a locale of one's own brings what loads locales along to every
  // host.
  std::string own = text;
  if (const std::size_t point = own.find('.'); point != std::string::npos)
    own.replace(point, 1, ::localeconv()->decimal_point);
  return std::strtod(own.c_str(), nullptr);
}

DecimalDigits shortest_digits(double value) {
  int unused = 0;
  const bool power_of_two = std::frexp(value, &unused) == 0.5;
  constexpr int kEnough = 17;
  for (int count = 1; count < kEnough; ++count) {
    DecimalDigits decimal = rounded_digits(value, count);
    if (reads_as(value, decimal)) return decimal;
    // Above a power of two numbers lie twice as far apart as below it: what is further away there may still be read as
    // it.
    if (!power_of_two) continue;
    decimal = next_above(std::move(decimal));
    if (reads_as(value, decimal)) return decimal;
  }
  return rounded_digits(value, kEnough);
}

}  // namespace plumb
