#include "engine/base/real.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

#include <locale.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

namespace plumb {

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
  static const locale_t plain = ::newlocale(LC_ALL_MASK, "C", nullptr);
  char* end = nullptr;
  errno = 0;
  const double read = ::strtod_l(text.c_str(), &end, plain);
  const char* const behind = first + (end - text.c_str());
  if (behind == first) return {first, std::errc::invalid_argument};
  // What is merely less exact for being small is told in the same way, and is a number.
  if (errno == ERANGE && (std::isinf(read) || read == 0)) return {behind, std::errc::result_out_of_range};
  value = read;
  return {behind, std::errc{}};
}

}  // namespace plumb
