// The difference of two contents of a file as lines on a terminal.
#pragma once

#include <string>
#include <string_view>

#include "engine/report/plan_text.h"

namespace plumb::report {

// Lines that begin with `margin` and the sign of their line; with colour, the words that changed within a line are
// marked. Of bytes that are no text, what they are. JSON that stands on one long line is compared as JSON that is laid
// out, unless all is asked for. Contents that are too large to be compared are told by their sizes.
std::string content_text(std::string_view before, std::string_view after, std::string_view margin,
                         const PlanTextOptions& options);

}  // namespace plumb::report
