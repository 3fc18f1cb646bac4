// Text in which a byte that stands for something stands as %XX (RFC 3986).
#pragma once

#include <string>
#include <string_view>

namespace plumb {

// `is_plain(char)` says of a byte that it stays.
template <class IsPlain>
std::string percent_encoded(std::string_view text, IsPlain is_plain) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace plumb
