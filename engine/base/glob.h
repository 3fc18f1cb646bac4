// Globs over text: `*` any run of characters, `?` one character, `[a-z]` and `[!a-z]` a set, `\` takes the
// next character as it is. In address patterns and host patterns `*` also crosses `/` and `.`.
#pragma once

#include <string_view>

namespace plumb {

bool glob_match(std::string_view pattern, std::string_view text);
bool is_glob(std::string_view text);  // holds an unescaped `*`, `?` or `[`

}  // namespace plumb
