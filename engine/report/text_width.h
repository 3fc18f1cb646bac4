// Text from elsewhere on a screen: how wide it is, and what of it must not get there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plumb::report {

inline constexpr std::string_view kReplacement = "\xef\xbf\xbd";
inline constexpr std::string_view kEllipsis = "…";

struct Character {
  char32_t point = 0;
  std::size_t size = 1;
};

// The character at `at`. Bad bytes come back one at a time as U+FFFD.
Character decode(std::string_view text, std::size_t at);

// What could move the cursor, hide text or turn its direction.
bool is_unsafe(char32_t point);

// Columns of a character on a screen: 0, 1 or 2.
int width_of(char32_t point);

// On one line: line ends and tabs become spaces, what is unsafe U+FFFD.
std::string clean(std::string_view text);

// Columns of a clean text.
int columns(std::string_view text);

// A clean text in exactly `width` columns: filled up with spaces, or cut with an ellipsis.
std::string fit(std::string_view text, int width);

// A clean text in at most `width` columns.
std::string cut(std::string_view text, int width);

}  // namespace plumb::report
