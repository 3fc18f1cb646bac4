// Reads JSON that is as it should be, several times as fast as the library does. Inside engine/base only.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/json.h"

namespace plumb {

// Nothing for a text that parse_json() refuses, and for the little that is not worth a second reader's code: fractions,
// exponents, integers past 18 digits and surrogates in escapes. The library's reader takes those, or says what is
// wrong.
std::optional<Json> read_plain_json(std::string_view text, int depth);

}  // namespace plumb
