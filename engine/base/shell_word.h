// Words for a POSIX shell.
#pragma once

#include <string>
#include <string_view>

namespace plumb {

// The text as one word, whatever it holds. Single quotes mean the same in sh, csh and fish as long as the text has no
// backslash, `!` or line break; those are only kept right for sh.
inline std::string shell_word(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

// As somebody would type it: between quotes only where it needs them.
inline std::string typed_word(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  return text.empty() || text.find_first_not_of(kPlain) != std::string_view::npos ? shell_word(text)
                                                                                  : std::string(text);
}

}  // namespace plumb
