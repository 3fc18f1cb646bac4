// Which words of a changed line are the change.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::report {

// Bytes of a line, [begin, end).
struct Mark {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// For each line of a difference, the parts of it that its partner has otherwise; empty where a line has no partner (its
// `sign` is ' ' or '@', or it only comes or only goes), or has so little in common with it that all of it is the
// change. Lines that go and those that come in their place are partners in their order. `signs` and `texts` are of one
// size.
std::vector<std::vector<Mark>> marked_words(std::string_view signs, const std::vector<std::string>& texts);

}  // namespace plumb::report
