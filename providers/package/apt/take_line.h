// Reads what apt and dpkg write line by line.
#pragma once

#include <cstddef>
#include <string_view>

namespace plumb::providers::package::apt {

// The first line, without its end, taken away from the text.
inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace plumb::providers::package::apt
