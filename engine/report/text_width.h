// Text from elsewhere on a screen: how wide it is, and what of it must not get there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/outside_text.h"

namespace plumb::report {

inline constexpr std::string_view kReplacement = "\xef\xbf\xbd";
inline constexpr std::string_view kEllipsis = "…";

// Columns of a character on a screen: 0, 1 or 2.
int width_of(char32_t point);

// On one line, whole; nothing of it moves the cursor, is hidden or turns its direction.
inline std::string clean(std::string_view text) {
  return outside_line(text, kWhole);
}

// Columns of a clean text.
int columns(std::string_view text);

// A clean text in exactly `width` columns: filled up with spaces, or cut with an ellipsis.
std::string fit(std::string_view text, int width);

// A clean text in at most `width` columns.
std::string cut(std::string_view text, int width);

}  // namespace plumb::report
