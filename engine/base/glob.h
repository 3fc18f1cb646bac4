// Globs over text: `*` any run of characters, `?` one character, `[a-z]` and `[!a-z]` a set, `\` takes the
// next character as it is. In address patterns and host patterns `*` also crosses `/` and `.`.
#pragma once

#include <string_view>

namespace plumb {

bool glob_match(std::string_view pattern, std::string_view text);
bool is_glob(std::string_view text);  // holds an unescaped `*`, `?` or `[`

// Whether an address, or a glob over addresses, means this one. An address always means itself, whatever it holds: the
// key of a line is a pattern, with characters that a glob reads in its own way. In the names of modules, before the
// colon, brackets may mean themselves too, so that `web[blue]/*` is all of that module.
bool address_matches(std::string_view selector, std::string_view address);

}  // namespace plumb
