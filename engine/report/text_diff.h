// Line differences of two texts, as `diff -u` shows them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumb::report {

struct DiffLine {
  char sign = ' ';  // ' ', '-', '+', or '@' for a gap: `text` is then the hunk's header
  std::string text;
};

// Hunks with `context` lines around each change. The shortest edit script (Myers, "An O(ND) Difference Algorithm and
// Its Variations", 1986) up to a bounded number of edits; past it the differing middle is shown as replaced.
std::vector<DiffLine> text_diff(std::string_view before, std::string_view after, int context = 3);

}  // namespace plumb::report
