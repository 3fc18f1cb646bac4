// Texts without the blanks around them, whatever the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace plumb {

// From the first to the last character that is none of `blanks`.
constexpr std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n") {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

}  // namespace plumb
