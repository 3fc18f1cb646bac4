#include "engine/config/validate.h"

namespace plumb::config {
namespace {

// The place of the first `${` in a scalar: exact where the text stands as it is written, else the whole scalar.
SourceSpan expression_span(const lang::Node& node, std::size_t at) {
  SourceSpan span = node.span;
  if (!node.is_plain() || span.line != span.end_line) return span;
  const auto characters = [](std::string_view text) {
    int count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
    return count;
  };
  const std::size_t close = node.text.find('}', at);
  const std::size_t end = close == std::string::npos ? node.text.size() : close + 1;
  span.column += characters(std::string_view(node.text).substr(0, at));
  span.end_column = span.column + characters(std::string_view(node.text).substr(at, end - at));
  return span;
}

}  // namespace

void resolve_literals(lang::Node& node, Diagnostics& diagnostics) {
  for (lang::Node& item : node.items) resolve_literals(item, diagnostics);
  for (lang::Entry& entry : node.entries) resolve_literals(entry.value, diagnostics);
  if (node.text.find("${") == std::string::npos) return;
  std::string out;
  bool reported = false;
  for (std::size_t i = 0; i < node.text.size(); ++i) {
    if (node.text.compare(i, 3, "$${") == 0) {
      out += "${";
      i += 2;
    } else {
      if (node.text.compare(i, 2, "${") == 0 && !reported) {
        reported = true;
        diagnostics.add(Diagnostic(Code::kExpressionUnsupported, "an expression where only a literal is read")
                            .at(expression_span(node, i), "`${` starts an expression")
                            .with_hint("write $${ for a literal ${"));
      }
      out += node.text[i];
    }
  }
  node.text = std::move(out);
}

}  // namespace plumb::config
