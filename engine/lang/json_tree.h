// JSON from elsewhere as a tree in which every node knows its place, like that of a YAML file.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/diagnostic.h"
#include "engine/lang/yaml.h"

namespace plumb::lang {

inline constexpr std::size_t kMaxJsonBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMaxJsonNodes = 8'000'000;
inline constexpr std::size_t kMaxJsonDepth = 64;

// Reads one document (RFC 8259) and stops at the first fault, told with `code`. Texts are double quoted scalars;
// numbers, true, false and null plain ones, as they are written. A key that stands twice is a fault.
std::optional<Node> read_json(std::string file_name, std::string_view text, Code code, Diagnostics& diagnostics);

// The same document with a line for each value, so that a place in it can be shown. Changes white space between
// tokens alone, also where the text is not quite JSON.
std::string json_in_lines(std::string_view text);

}  // namespace plumb::lang
