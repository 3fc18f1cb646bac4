#include "engine/lsp/torn_text.h"

#include <algorithm>

#include "engine/lang/yaml.h"
#include "engine/lsp/text.h"

namespace plumb::lsp {
namespace {

// Lines that are left out of one text.
constexpr int kMostTears = 16;

struct Open {
  std::string brackets;
  char quote = '\0';
};

Open open_at_end(std::string_view line) {
  Open open;
  for (const char c : line) {
    if (open.quote != '\0') {
      if (c == open.quote) open.quote = '\0';
    } else if (c == '"' || c == '\'') {
      open.quote = c;
    } else if (c == '{' || c == '[') {
      open.brackets += c;
    } else if ((c == '}' || c == ']') && !open.brackets.empty()) {
      open.brackets.pop_back();
    }
  }
  return open;
}

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
  const Open open = open_at_end(line);
  return open.brackets.empty() ? '\0' : open.brackets.back();
}

std::string closing_of(std::string_view line) {
  const Open open = open_at_end(line);
  std::string closing;
  if (open.quote != '\0') closing += open.quote;
  for (auto bracket = open.brackets.rbegin(); bracket != open.brackets.rend(); ++bracket)
    closing += *bracket == '{' ? '}' : ']';
  return closing;
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
