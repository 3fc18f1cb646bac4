// Numbers with a fraction, read from text and as digits.
#pragma once

#include <charconv>
#include <string>
#include <type_traits>

namespace plumb {

// As std::from_chars, which not every standard library has for doubles.
std::from_chars_result read_real(const char* first, const char* last, double& value);

// The same by strtod, for where the library lacks it; here so that a test holds one against the other.
std::from_chars_result read_real_by_strtod(const char* first, const char* last, double& value);

// The number that a whole text of digits is: infinity past the range of a double, 0 below it.
double real_in(const std::string& text);

// read_real() for doubles, std::from_chars for whole numbers.
template <class Number>
std::from_chars_result read_any(const char* first, const char* last, Number& number) {
  if constexpr (std::is_same_v<Number, double>) {
    return read_real(first, last, number);
  } else {
    return std::from_chars(first, last, number);
  }
}

// d.ddd × 10^exponent
struct DecimalDigits {
  std::string digits;
  int exponent = 0;
};

// The fewest digits that are read as `value`, and of those the nearest to it. `value` is finite and above 0. The
// standard library has it, too, with tables of 100 KiB, which the executor would carry to every host.
DecimalDigits shortest_digits(double value);

}  // namespace plumb
