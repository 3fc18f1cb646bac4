#include "engine/lang/template_pieces.h"

#include "engine/lang/interpolation.h"

namespace plumb::lang {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Blanks and at most one line break.
void trim_end(std::string& text) {
  while (!text.empty() && is_blank(text.back())) text.pop_back();
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

std::size_t skip_trimmed(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  if (text.substr(at, 2) == "\r\n") return at + 2;
  return at < text.size() && text[at] == '\n' ? at + 1 : at;
}

cel::Fault unclosed(std::string_view opening, std::size_t at) {
  const std::string mark(opening);
  return {Code::kUnclosedExpression,
          at,
          at + 2,
          "`" + mark + "` without its closing brace",
          "opened here",
          "close it with `}`, or write " + std::string(1, mark[0]) + mark + " for a literal " + mark};
}

}  // namespace

cel::Outcome<std::vector<TemplatePiece>> split_template(std::string_view text) {
  std::vector<TemplatePiece> pieces;
  std::string literal;
  const auto take_literal = [&] {
    if (!literal.empty()) pieces.push_back({TemplatePiece::Kind::kText, std::move(literal), 0, 0});
    literal.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view next = text.substr(at, 3);
    if (next == "$${" || next == "%%{") {
      literal += next.substr(1);
      at += 3;
      continue;
    }
    const std::string_view opening = text.substr(at, 2);
    if (opening != "${" && opening != "%{") {
      literal += text[at++];
      continue;
    }
    std::size_t begin = at + 2;
    if (begin < text.size() && text[begin] == '~') {
      trim_end(literal);
      ++begin;
    }
    const auto close = find_closing_brace(text, begin);
    if (!close) {
      if (close.error().code == Code::kUnclosedExpression) return tl::make_unexpected(unclosed(opening, at));
      return tl::make_unexpected(close.error());
    }
    std::size_t end = *close;
    const bool trims = end > begin && text[end - 1] == '~';
    if (trims) --end;
    take_literal();
    const auto kind = opening == "${" ? TemplatePiece::Kind::kExpression : TemplatePiece::Kind::kDirective;
    pieces.push_back({kind, "", begin, end});
    at = trims ? skip_trimmed(text, *close + 1) : *close + 1;
  }
  take_literal();
  return pieces;
}

}  // namespace plumb::lang
