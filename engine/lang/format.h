// One layout for the YAML of a project, so that a review shows what was changed and not how somebody indents.
//
// - Two spaces a level; a list stands two deeper than its key, a list item's map begins beside its dash.
// - One space after `:` and `-`, and after `,` in brackets; none inside brackets. Line breaks inside brackets, and
//   between a key and its text, stay where they are. Long lines stay long.
// - Comments stand as deep as what they precede; one that is deeper than that belongs to what ended above it. A comment
//   at the end of a line keeps its distance, and those that stood below one another still do.
// - Runs of blank lines become one; none stands at the start or the end. Lines end with LF and without blanks.
// - Scalars keep their quotes and their text. The further lines of one are indented anew; of a block scalar nothing
//   changes but that indentation.
// - Keys keep their order.
//
// Formatting what is formatted changes nothing, and the tree is the same before and after: a text for which that
// would not hold is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/diagnostic.h"

namespace plumb::lang {

// The formatted text, or nothing after an error was added: what read_yaml says of it, or that it cannot be formatted
// safely.
std::optional<std::string> format_yaml(const std::string& file_name, std::string_view text, Diagnostics& diagnostics);

}  // namespace plumb::lang
