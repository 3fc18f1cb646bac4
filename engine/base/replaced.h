// One text in the place of another.
#pragma once

#include <string>
#include <string_view>

namespace plumb {

// Wherever `from` stands, from the beginning on; what comes in is not looked through again. `from` is not empty.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace plumb
