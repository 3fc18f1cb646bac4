// Code points of UTF-8 texts. Text inside values is UTF-8, except where bytes are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/utf8.h"

namespace plumb::cel {

// The code point at `position` of valid UTF-8, which is moved behind it.
std::uint32_t next_code_point(std::string_view text, std::size_t& position);
std::size_t count_code_points(std::string_view text);
// The byte where code point `index` starts; text.size() where there are `index` of them; npos where there are fewer.
std::size_t byte_of(std::string_view text, std::size_t index);
// Each run of bytes that is not UTF-8 becomes one U+FFFD.
std::string repair_utf8(std::string_view bytes);
// Unicode's White_Space.
bool is_white_space(std::uint32_t code_point);

}  // namespace plumb::cel
