// A text between quotes, with escapes that CEL, Python and YAML's double quotes have in common.
#pragma once

#include <string>
#include <string_view>

namespace plumb {

// The quote itself, backslashes, control characters and what some readers take for the end of a line or for nothing are
// escaped; all else stays as it is.
inline void append_quoted_text(std::string& out, std::string_view text, char quote) {
  constexpr std::string_view kHex = "0123456789abcdef";
  struct Hidden {
    std::string_view character;
    std::string_view escape;
  };
  constexpr Hidden kHidden[] = {{"\xe2\x80\xa8", "\\u2028"},
                                {"\xe2\x80\xa9", "\\u2029"},
                                {"\xef\xbb\xbf", "\\ufeff"},
                                {"\xef\xbf\xbe", "\\ufffe"},
                                {"\xef\xbf\xbf", "\\uffff"}};
  out += quote;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    auto byte = static_cast<unsigned char>(c);
    std::string_view escape;
    if (byte >= 0xe2) {
      for (const Hidden& one : kHidden) {
        if (text.substr(i).starts_with(one.character)) escape = one.escape;
      }
    }
    // U+0080 to U+009F are control characters, too.
    const bool control = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (control) byte = static_cast<unsigned char>(text[++i]);
    if (!escape.empty()) {
      out += escape;
      i += 2;
    } else if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (control || byte < 0x20 || byte == 0x7f) {
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
