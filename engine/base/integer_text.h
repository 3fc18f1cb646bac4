// Whole numbers in texts.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace plumb {

// The largest one that every reader of JSON takes as it is.
inline constexpr std::int64_t kLargestInteger = (std::int64_t{1} << 53) - 1;

// Decimal, as programs write it: a minus is the only sign, no zero stands in front, and it goes to kLargestInteger
// either way. Nothing for all else.
inline std::optional<std::int64_t> parse_integer(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  if (digits.starts_with('0') && text != "0") return std::nullopt;
  std::int64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
  if (value > kLargestInteger || value < -kLargestInteger) return std::nullopt;
  return value;
}

}  // namespace plumb
