// Differences that nobody sees: blanks of other kinds, blanks at the end of a line, line ends, marks, ways of writing
// one letter. On a screen they are written out where they are the difference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/report/text_diff.h"

namespace plumb::report {

// Each line of a difference as it is shown, without its sign. What is unsafe is written out everywhere, as visible()
// does; in lines that come or go also blanks that look like others and blanks at the end. Where a line that goes looks
// like the one that comes in its place, all but ASCII is written out where they differ, and tabs.
std::vector<std::string> shown_lines(const std::vector<DiffLine>& lines);

// What bytes are that are not shown as text: "binary", "UTF-16", "in another encoding than UTF-8"; "" for text.
std::string_view form_of(std::string_view bytes);

}  // namespace plumb::report
