// Names and other texts of a host are bytes; in plans, frames and JSON they are text. The two turn into each other
// without loss: a byte that does not belong to UTF-8 is the character U+10FE00 + byte, of a range for private use, and
// the bytes of such a character itself are written so, too. Text that is UTF-8 stays as it is.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/json.h"

namespace plumb {

std::string text_of_bytes(std::string_view bytes);
std::string bytes_of_text(std::string_view text);

// Every text and name in it that is not UTF-8 becomes so.
Json with_texts(const Json& value);

// The byte that a character stands for; -1 where it stands for itself.
int byte_behind(char32_t point);

}  // namespace plumb
