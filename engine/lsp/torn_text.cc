#include "engine/lsp/torn_text.h"

#include <algorithm>

#include "engine/lang/yaml.h"
#include "engine/lsp/text.h"

namespace plumb::lsp {
namespace {

// Lines that are left out of one text.
constexpr int kMostTears = 16;

// The line that a fault is on, from 0: a bracket that nothing closes is told where the text ends, or what it is cut off
// by.
std::size_t torn_line(const Text& text, const SourceSpan& told) {
  const auto is_blank = [&](std::size_t line) {
    return text.line(line).find_first_not_of(' ') == std::string_view::npos;
  };
  std::size_t line = static_cast<std::size_t>(std::max(told.line, 1)) - 1;
  if (line < text.line_count() && !is_blank(line)) return line;
  for (line = std::min(line, text.line_count()); line-- > 0;) {
    if (open_bracket(text.line(line)) != '\0') return line;
  }
  return text.line_count();
}

}  // namespace

char open_bracket(std::string_view line) {
  std::string open;
  char quote = '\0';
  for (const char c : line) {
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '{' || c == '[') {
      open += c;
    } else if ((c == '}' || c == ']') && !open.empty()) {
      open.pop_back();
    }
  }
  return open.empty() ? '\0' : open.back();
}

std::string readable_text(std::string whole) {
  Text text(std::move(whole));
  for (int tear = 0; tear < kMostTears; ++tear) {
    Diagnostics found;
    if (lang::read_yaml("text", text.str(), found)) break;
    const auto torn = std::find_if(found.items().begin(), found.items().end(), [](const Diagnostic& one) {
      return one.span.has_value() && one.severity == Severity::kError;
    });
    if (torn == found.items().end()) break;
    const std::size_t line = torn_line(text, *torn->span);
    const std::string_view left = text.line(line);
    if (left.empty()) break;
    const std::size_t begin = text.offset(Position{line, 0}, Encoding::kUtf8);
    text = Text(text.replaced(begin, begin + left.size(), std::string(left.size(), ' ')));
  }
  return text.str();
}

}  // namespace plumb::lsp
