// A text as a name that everybody takes: small letters and digits of ASCII.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/ascii.h"

namespace plumb {

// What else there is between them becomes one `between`; at either end it goes. "" where nothing is left.
inline std::string plain_name(std::string_view text, char between) {
  std::string name;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c)) {
      name += lowered(c);
    } else if (!name.empty() && name.back() != between) {
      name += between;
    }
  }
  if (!name.empty() && name.back() == between) name.pop_back();
  return name;
}

}  // namespace plumb
