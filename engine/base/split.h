// A text between marks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumb {

// What stands before, between and behind the marks, empty parts too: one more than there are marks.
std::vector<std::string> split(std::string_view text, char mark);

// The same without copies: they live as long as the text.
std::vector<std::string_view> split_views(std::string_view text, char mark);

}  // namespace plumb
