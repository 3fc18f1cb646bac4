// Texts that are being written, and so are no YAML just now.
#pragma once

#include <string>
#include <string_view>

namespace plumb::lsp {

// The quote and the brackets that would close what is open at the end of a line, in their order.
std::string closing_of(std::string_view line);

// The bracket that nothing has closed at the end of the line; '\0' for none. Quotes and what is in them count for
// nothing.
char open_bracket(std::string_view line);

// The text without the lines that no reader of YAML takes, as far as they can be found: each of them blank, so that all
// others stay where they are.
std::string readable_text(std::string text);

}  // namespace plumb::lsp
