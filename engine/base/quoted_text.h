// A text between quotes, with escapes that CEL, Python and YAML's double quotes have in common.
#pragma once

#include <string>
#include <string_view>

namespace plumb {

// The quote itself, backslashes and control characters are escaped; all else stays as it is.
inline void append_quoted_text(std::string& out, std::string_view text, char quote) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += quote;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  out += quote;
}

inline std::string quoted_text(std::string_view text, char quote) {
  std::string out;
  append_quoted_text(out, text, quote);
  return out;
}

}  // namespace plumb
