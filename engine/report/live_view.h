// Draws the state of a run: what stands in the last lines of the terminal while it goes on. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/report/live_model.h"

namespace plumb::report {

// Rows of hosts that have room on a screen of this height.
std::size_t live_rows(int height);

// No line is wider than `width` less one column, and there are fewer lines than `height`.
std::vector<std::string> live_view(const LiveState& state, int width, int height, bool color);

// One line for where lines stay: "412 of 1000 hosts done, 16 at work, 3 failed; 1:23, about 2 min left".
std::string live_line(const LiveState& state);

}  // namespace plumb::report
