#include "engine/lsp/expression_text.h"

#include <algorithm>

#include "engine/lang/cel/utf8.h"
#include "engine/lang/text_position.h"

namespace plumb::lsp {
namespace {

using cel::Token;
using cel::TokenKind;

// Where the brace closes that was opened before `begin`; the end of the text where nothing does.
std::size_t closing_brace(std::string_view text, std::size_t begin) {
  cel::Lexer lexer(text, begin);
  int open = 0;
  for (;;) {
    const cel::Outcome<Token> token = lexer.next();
    if (!token || token->kind == TokenKind::kEnd) return text.size();
    if (token->is("{")) ++open;
    if (token->is("}") && open-- == 0) return token->begin;
  }
}

bool is_name(const Token& token) {
  return token.kind == TokenKind::kName || token.kind == TokenKind::kQuotedName;
}

std::string name_in(const Token& token) {
  return token.kind == TokenKind::kQuotedName ? token.text : std::string(token.source);
}

// `["name"]` at `i`.
bool is_constant_index(const std::vector<Token>& tokens, std::size_t i) {
  return i + 2 < tokens.size() && tokens[i].is("[") && tokens[i + 1].kind == TokenKind::kString &&
         tokens[i + 2].is("]");
}

// Columns are counted from where a run begins, and each name of a long line asks for its own.
void part_long_runs(cel::Origin& origin) {
  constexpr std::size_t kLongest = 512;
  std::vector<cel::Origin::Run> parted;
  for (std::size_t i = 0; i < origin.runs.size(); ++i) {
    parted.push_back(origin.runs[i]);
    const std::size_t end = i + 1 < origin.runs.size() ? origin.runs[i + 1].offset : origin.text.size();
    while (end - parted.back().offset > kLongest) {
      cel::Origin::Run next = parted.back();
      next.offset += kLongest;
      const auto is_within = [&] { return (static_cast<unsigned char>(origin.text[next.offset]) & 0xc0U) == 0x80U; };
      while (next.offset < end && is_within()) ++next.offset;
      if (next.offset >= end) break;
      next.column += static_cast<int>(cel::count_code_points(
          std::string_view(origin.text).substr(parted.back().offset, next.offset - parted.back().offset)));
      parted.push_back(next);
    }
  }
  origin.runs = std::move(parted);
}

}  // namespace

std::vector<ExpressionPlace> expressions_in(std::string_view text, Writing writing) {
  if (writing == Writing::kBare) return {{0, text.size(), false}};
  std::vector<ExpressionPlace> places;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at)) {
    const char before = at > 0 ? text[at - 1] : '\0';
    const bool escaped = at > 1 && text[at - 2] == before;
    const bool directive = before == '%' && writing == Writing::kTemplate;
    ++at;
    if (escaped || (before != '$' && !directive)) continue;
    const std::size_t end = closing_brace(text, at);
    places.push_back({at, end, directive});
    at = end;
  }
  return places;
}

Writing writing_of(const std::vector<Step>& steps) {
  if (steps.empty()) return Writing::kText;
  const std::string_view key = steps.back().key();
  const bool is_when = key == "when" && steps.size() > 1;
  const bool is_condition = key == "condition" && steps.size() > 1;
  return is_when || is_condition ? Writing::kBare : Writing::kText;
}

std::vector<Token> tokens_in(std::string_view text, const ExpressionPlace& place) {
  std::vector<Token> tokens;
  // Lines that begin or end in the middle of a text are those of the text.
  cel::Lexer lexer(text.substr(0, place.end), place.begin);
  for (;;) {
    cel::Outcome<Token> token = lexer.next();
    if (!token || token->kind == TokenKind::kEnd) return tokens;
    tokens.push_back(std::move(*token));
  }
}

std::vector<NameChain> chains_in(const std::vector<Token>& tokens) {
  std::vector<NameChain> chains;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!is_name(tokens[i])) continue;
    NameChain chain;
    chain.of_value = i > 0 && (tokens[i - 1].is(".") || tokens[i - 1].is(".?"));
    chain.parts.push_back({name_in(tokens[i]), tokens[i].begin, tokens[i].end});
    for (;;) {
      const bool dot = i + 2 < tokens.size() && (tokens[i + 1].is(".") || tokens[i + 1].is(".?"));
      if (dot && is_name(tokens[i + 2])) {
        i += 2;
        chain.parts.push_back({name_in(tokens[i]), tokens[i].begin, tokens[i].end});
      } else if (is_constant_index(tokens, i + 1)) {
        const Token& key = tokens[i + 2];
        // Its name without the quotes, where it is written as it is.
        const bool plain = key.end - key.begin == key.text.size() + 2;
        chain.parts.push_back({key.text, key.begin + (plain ? 1U : 0U), key.end - (plain ? 1U : 0U)});
        i += 3;
      } else {
        break;
      }
    }
    chain.called = i + 1 < tokens.size() && tokens[i + 1].is("(");
    chains.push_back(std::move(chain));
  }
  return chains;
}

// Of a file only what begins with the scalar's line is looked at: the rest takes its time.
cel::Origin origin_in(const Text& text, const lang::Node& scalar) {
  lang::Node near;
  near.kind = scalar.kind;
  near.style = scalar.style;
  near.flow = scalar.flow;
  near.text = scalar.text;
  near.span = scalar.span;
  const int above = std::max(scalar.span.line, 1) - 1;
  near.span.line -= above;
  near.span.end_line -= above;
  const std::size_t begin = text.offset(scalar.span.line, 1);
  const std::size_t end = text.offset(scalar.span.end_line + 1, 1);
  cel::Origin origin = lang::origin_of(near, std::string_view(text.str()).substr(begin, std::max(end, begin) - begin));
  for (cel::Origin::Run& run : origin.runs) run.line += above;
  part_long_runs(origin);
  return origin;
}

}  // namespace plumb::lsp
