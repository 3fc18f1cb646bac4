// The tokens of an expression, one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/lang/cel/fault.h"

namespace plumb::cel {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,
  kQuotedName,  // `content-type`
  kKeyword,     // true false null in
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kSymbol,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view source;  // as written
  std::string text;         // kString and kBytes without quotes and escapes; kQuotedName without backquotes

  bool is(std::string_view symbol_or_keyword) const {
    return (kind == TokenKind::kSymbol || kind == TokenKind::kKeyword) && source == symbol_or_keyword;
  }
};

class Lexer {
 public:
  // `text` is UTF-8 and outlives the lexer.
  explicit Lexer(std::string_view text, std::size_t begin = 0) : text_(text), position_(begin) {}
  Outcome<Token> next();

 private:
  Outcome<Token> number();
  Outcome<Token> quoted_name();
  Outcome<Token> quoted(std::size_t begin, bool raw, bool bytes);
  Token token(TokenKind kind, std::size_t begin);
  void skip_space();
  bool starts_quoted(std::size_t& quote, bool& raw, bool& bytes) const;

  std::string_view text_;
  std::size_t position_;
};

// A word of the language that nothing can have as its name: true, false, null, in. A reserved one names no variable,
// but may name a field.
bool is_keyword(std::string_view name);
bool is_reserved_word(std::string_view name);
Fault syntax_fault(std::size_t begin, std::size_t end, std::string summary, std::string label = {},
                   std::string hint = {});

}  // namespace plumb::cel
