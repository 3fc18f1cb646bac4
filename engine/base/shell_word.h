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

}  // namespace plumb
