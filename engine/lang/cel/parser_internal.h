// The parser's two files: grammar in parser.cc, macros in macros.cc.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/ast.h"
#include "engine/lang/cel/lexer.h"

namespace plumb::cel {

// Recursive descent. A function that answers null has left its fault in `fault_`.
class Parser {
 public:
  Parser(std::string_view text, bool macros) : text_(text), lexer_(text), macros_(macros) {}
  Outcome<Ast> run();

 private:
  Expr* expression();
  Expr* disjunction();
  Expr* conjunction();
  Expr* relation();
  Expr* sum();
  Expr* product();
  Expr* unary();
  Expr* unary_operators();
  Expr* member();
  Expr* suffix(Expr* operand);
  Expr* field_or_method(Expr* operand, bool optional);
  Expr* index(Expr* operand);
  Expr* primary();
  Expr* name_or_call();
  Expr* list();
  Expr* map();
  Expr* literal(bool negative, std::size_t begin);
  Expr* number(const Token& token, bool negative, std::size_t begin);
  Expr* operators(Expr* (Parser::*operand)(), std::initializer_list<std::string_view> symbols);
  Expr* chain(Expr* (Parser::*operand)(), std::string_view symbol, Expr::Kind kind);
  bool arguments(std::vector<Expr*>& out, std::size_t& end);

  // macros.cc; the call itself where its name is no macro's.
  Expr* expand(Expr* call);
  Expr* expand_has(Expr* call);
  Expr* expand_comprehension(Expr* call, Macro macro, bool two_variables);
  Expr* expand_bind(Expr* call);
  Expr* expand_block(Expr* call);
  Expr* expand_block_name(Expr* call);
  Expr* expand_extreme(Expr* call);
  bool simple_name(const Expr* argument, std::string& name);

  bool advance();
  bool accept(std::string_view symbol);
  bool expect(std::string_view symbol, std::string_view what);
  Expr* make(Expr::Kind kind, const Token& token, std::vector<Expr*> children = {});
  // Sets height and extent from the children; null where the tree grew past its limits.
  Expr* finish(Expr* node);
  std::nullptr_t fail(Fault fault);
  std::nullptr_t fail(const Expr* at, std::string summary, std::string label = {}, std::string hint = {});
  std::nullptr_t unexpected(std::string wanted);
  std::nullptr_t too_large(std::size_t begin, std::size_t end);

  std::string_view text_;
  Lexer lexer_;
  bool macros_;
  Ast ast_;
  Token token_;
  std::string_view before_;  // what was written before it
  std::optional<Fault> fault_;
  int nesting_ = 0;
};

}  // namespace plumb::cel
