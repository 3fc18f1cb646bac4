// The reader of JSON texts (internal to this folder).
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/json_builder.h"

namespace plumb {

// Reads one JSON text (RFC 8259) and no more. False where it is none or `builder` refuses what is in it; then
// `builder.problem` says where and why, and nothing of what the text holds but names.
//
// Our own: hosts read their record in every run, and the JSON library looks at each byte by itself, and brings readers
// of four other formats along.
bool read_json(std::string_view text, StrictBuilder& builder);

// Where the next byte stands, from `from` on, that a string holds escaped alone; the text's size where there is none.
std::size_t find_escaped(std::string_view text, std::size_t from);

}  // namespace plumb
