// Text from anywhere within Markdown and HTML: it stays text, and names nobody, links nowhere, opens no tag.
#pragma once

#include <string>
#include <string_view>

namespace plumb::report {

// On one line, for Markdown and for HTML alike: what means something in either is written as a character reference.
std::string markdown_text(std::string_view text);
// The same as code, where nobody is called by a name with @ before it: "<code>web1</code>".
std::string markdown_code(std::string_view text);
// Lines as a block of code, fenced with more backticks than any line of it has. `language` may be "".
std::string markdown_block(std::string_view lines, std::string_view language);

// For HTML, between tags and within quotes; lines stay lines.
std::string html_text(std::string_view text);

}  // namespace plumb::report
