#include "engine/lang/cel/lexer.h"

#include <algorithm>
#include <array>

#include "engine/base/ascii.h"
#include "engine/lang/cel/utf8.h"

namespace plumb::cel {
namespace {

bool is_hex(char c) {
  return hex_digit(c) >= 0;
}
bool starts_name(char c) {
  return is_letter(c) || c == '_';
}
bool continues_name(char c) {
  return starts_name(c) || is_digit(c);
}

constexpr std::array<std::string_view, 4> kKeywords = {"true", "false", "null", "in"};
constexpr std::array<std::string_view, 17> kReserved = {"as",        "break",  "const",  "continue", "else", "for",
                                                        "function",  "if",     "import", "let",      "loop", "package",
                                                        "namespace", "return", "var",    "void",     "while"};
constexpr std::array<std::string_view, 7> kLongSymbols = {"==", "!=", "<=", ">=", "&&", "||", ".?"};

// Reads the escape behind a backslash; `position` stands on the character after it.
Outcome<std::string> read_escape(std::string_view text, std::size_t& position, bool bytes) {
  const std::size_t begin = position - 1;
  const auto wrong = [&](std::size_t end, std::string summary) {
    return tl::make_unexpected(syntax_fault(begin, std::min(end, text.size()), std::move(summary),
                                            "escapes are \\n \\t \\\\ \\\" \\' \\x41 \\u0041 \\101",
                                            "write \\\\ for a backslash, or put r before the quote: r'…'"));
  };
  if (position >= text.size()) return wrong(position, "the text ends inside an escape");
  const char kind = text[position++];
  constexpr std::string_view kSimple = "abfnrtv\\?\"'`";
  constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\\?\"'`";
  if (const auto found = kSimple.find(kind); found != std::string_view::npos) return std::string(1, kMeaning[found]);
  std::size_t digits = 0;
  unsigned base = 16;
  if (kind == 'x' || kind == 'X') {
    digits = 2;
  } else if (kind == 'u' && !bytes) {
    digits = 4;
  } else if (kind == 'U' && !bytes) {
    digits = 8;
  } else if (kind >= '0' && kind <= '3') {
    digits = 3;
    base = 8;
    --position;
  } else {
    return wrong(position, bytes && (kind == 'u' || kind == 'U') ? "bytes hold octets, not code points"
                                                                 : "an escape that does not exist");
  }
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < digits; ++i, ++position) {
    const char c = position < text.size() ? text[position] : '\0';
    if (!(base == 8 ? c >= '0' && c <= '7' : is_hex(c))) {
      return wrong(position, "an escape with too few digits");
    }
    const unsigned digit = is_digit(c) ? static_cast<unsigned>(c - '0') : (static_cast<unsigned>(c) | 0x20U) - 'a' + 10;
    number = number * base + digit;
  }
  if (bytes) return std::string(1, static_cast<char>(number));
  if (number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF)) {
    return wrong(position, "an escape that is no Unicode character");
  }
  std::string utf8;
  append_utf8(utf8, number);
  return utf8;
}

}  // namespace

bool is_keyword(std::string_view name) {
  return std::find(kKeywords.begin(), kKeywords.end(), name) != kKeywords.end();
}

bool is_reserved_word(std::string_view name) {
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

Fault syntax_fault(std::size_t begin, std::size_t end, std::string summary, std::string label, std::string hint) {
  return {Code::kExpressionSyntax, begin, end, std::move(summary), std::move(label), std::move(hint)};
}

Token Lexer::token(TokenKind kind, std::size_t begin) {
  return {kind, begin, position_, text_.substr(begin, position_ - begin), {}};
}

void Lexer::skip_space() {
  while (position_ < text_.size()) {
    if (text_.substr(position_).starts_with("//")) {
      position_ = std::min(text_.find('\n', position_), text_.size());
    } else if (constexpr std::string_view kSpace = " \t\n\r\f";
               kSpace.find(text_[position_]) != std::string_view::npos) {
      ++position_;
    } else {
      return;
    }
  }
}

// r'…', b"…", br'''…''' and so on.
bool Lexer::starts_quoted(std::size_t& quote, bool& raw, bool& bytes) const {
  quote = position_;
  raw = bytes = false;
  for (; quote < text_.size(); ++quote) {
    const char c = text_[quote];
    if (c == '"' || c == '\'') return true;
    if ((c == 'r' || c == 'R') && !raw) {
      raw = true;
    } else if ((c == 'b' || c == 'B') && !bytes && !raw) {
      bytes = true;
    } else {
      return false;
    }
  }
  return false;
}

Outcome<Token> Lexer::next() {
  skip_space();
  const std::size_t begin = position_;
  if (begin >= text_.size()) return token(TokenKind::kEnd, begin);
  std::size_t quote = 0;
  bool raw = false;
  bool bytes = false;
  if (starts_quoted(quote, raw, bytes)) {
    position_ = quote;
    return quoted(begin, raw, bytes);
  }
  const char first = text_[begin];
  if (starts_name(first)) {
    while (position_ < text_.size() && continues_name(text_[position_])) ++position_;
    const std::string_view word = text_.substr(begin, position_ - begin);
    const bool keyword = std::find(kKeywords.begin(), kKeywords.end(), word) != kKeywords.end();
    return token(keyword ? TokenKind::kKeyword : TokenKind::kName, begin);
  }
  const bool fraction = first == '.' && begin + 1 < text_.size() && is_digit(text_[begin + 1]);
  if (is_digit(first) || fraction) return number();
  if (first == '`') return quoted_name();
  for (const std::string_view symbol : kLongSymbols) {
    if (!text_.substr(begin).starts_with(symbol)) continue;
    position_ += symbol.size();
    return token(TokenKind::kSymbol, begin);
  }
  constexpr std::string_view kSymbols = "()[]{}.,:?+-*/%!<>~";
  if (kSymbols.find(first) != std::string_view::npos) {
    ++position_;
    return token(TokenKind::kSymbol, begin);
  }
  next_code_point(text_, position_);
  const std::string written(text_.substr(begin, position_ - begin));
  std::string hint;
  if (first == '=') hint = "to compare, write ==";
  if (written == "=" && text_.substr(position_).starts_with('>'))
    hint = "a condition on elements has their name before it: xs.filter(x, x > 1)";
  if (first == '&' || first == '|') hint = "write " + written + written;
  // As templates of Jinja have it.
  if (first == '|')
    hint +=
        "; there are no filters: f(x) or x.f() calls a function, and for what may be missing there are "
        "x == null ? y : x and m.?x.orValue(y)";
  return tl::make_unexpected(
      syntax_fault(begin, position_, "`" + written + "` has no meaning in an expression", {}, std::move(hint)));
}

Outcome<Token> Lexer::number() {
  const std::size_t begin = position_;
  const auto digits = [&](bool (*accept)(char)) {
    const std::size_t from = position_;
    while (position_ < text_.size() && accept(text_[position_])) ++position_;
    return position_ > from;
  };
  const auto at = [&](std::size_t offset) {
    return position_ + offset < text_.size() ? text_[position_ + offset] : '\0';
  };
  TokenKind kind = TokenKind::kInt;
  if (at(0) == '0' && at(1) == 'x' && is_hex(at(2))) {
    position_ += 2;
    digits(is_hex);
  } else {
    digits(is_digit);
    if (at(0) == '.' && is_digit(at(1))) {
      ++position_;
      digits(is_digit);
      kind = TokenKind::kDouble;
    }
    const std::size_t sign = at(1) == '+' || at(1) == '-' ? 1 : 0;
    if ((at(0) == 'e' || at(0) == 'E') && is_digit(at(1 + sign))) {
      position_ += 1 + sign;
      digits(is_digit);
      kind = TokenKind::kDouble;
    }
  }
  if (kind == TokenKind::kInt && (at(0) == 'u' || at(0) == 'U')) {
    ++position_;
    kind = TokenKind::kUint;
  }
  if (position_ < text_.size() && continues_name(text_[position_])) {
    const std::size_t number_end = position_;
    digits(continues_name);
    return tl::make_unexpected(
        syntax_fault(begin, position_, "`" + std::string(text_.substr(begin, position_ - begin)) + "` is no number",
                     "the number ends at `" + std::string(text_.substr(begin, number_end - begin)) + "`"));
  }
  return token(kind, begin);
}

Outcome<Token> Lexer::quoted_name() {
  const std::size_t begin = position_++;
  const auto allowed = [](char c) { return continues_name(c) || c == '.' || c == '-' || c == '/' || c == ' '; };
  while (position_ < text_.size() && allowed(text_[position_])) ++position_;
  if (position_ >= text_.size() || text_[position_] != '`' || position_ == begin + 1) {
    return tl::make_unexpected(syntax_fault(
        begin, std::min(position_ + 1, text_.size()), "a quoted field name that cannot be read",
        "letters, digits, `_ . - /` and spaces, up to the closing `", "write x['name'] for any other name"));
  }
  ++position_;
  Token name = token(TokenKind::kQuotedName, begin);
  name.text = name.source.substr(1, name.source.size() - 2);
  return name;
}

Outcome<Token> Lexer::quoted(std::size_t begin, bool raw, bool bytes) {
  const char mark = text_[position_];
  const std::string triple(3, mark);
  const bool is_triple = text_.substr(position_).starts_with(triple);
  const std::string closing = is_triple ? triple : std::string(1, mark);
  position_ += closing.size();
  std::string content;
  while (!text_.substr(position_).starts_with(closing)) {
    const char c = position_ < text_.size() ? text_[position_] : '\n';
    if (position_ >= text_.size() || (!is_triple && (c == '\n' || c == '\r'))) {
      return tl::make_unexpected(syntax_fault(begin, position_, "a quote that is not closed",
                                              "opened here, with no closing " + closing,
                                              is_triple ? "" : "texts of several lines stand in '''…'''"));
    }
    ++position_;
    if (c == '\\' && !raw) {
      Outcome<std::string> escape = read_escape(text_, position_, bytes);
      if (!escape) return tl::make_unexpected(std::move(escape.error()));
      content += *escape;
    } else {
      content += c;
    }
  }
  position_ += closing.size();
  Token result = token(bytes ? TokenKind::kBytes : TokenKind::kString, begin);
  result.text = std::move(content);
  return result;
}

}  // namespace plumb::cel
