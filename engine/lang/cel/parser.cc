#include "engine/lang/cel/parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/json.h"
#include "engine/base/real.h"
#include "engine/lang/cel/parser_internal.h"
#include "engine/lang/cel/program.h"

namespace plumb::cel {

Outcome<Ast> parse(std::string_view text, bool macros) {
  if (text.size() > kMaxExpressionBytes) {
    return tl::make_unexpected(Fault{Code::kExpressionTooLarge,
                                     0,
                                     1,
                                     "the expression is longer than " + std::to_string(kMaxExpressionBytes) + " bytes",
                                     {},
                                     "give parts of it names under `values`"});
  }
  if (!valid_utf8(text)) return tl::make_unexpected(syntax_fault(0, text.size(), "the expression is not UTF-8"));
  return Parser(text, macros).run();
}

Outcome<Ast> Parser::run() {
  if (advance()) {
    if (token_.kind == TokenKind::kEnd) {
      fail(syntax_fault(0, text_.size(), "an empty expression", "an expression was expected here"));
    } else {
      ast_.root = expression();
      if (ast_.root && token_.kind != TokenKind::kEnd) unexpected("an operator or the end");
    }
  }
  if (fault_) return tl::make_unexpected(std::move(*fault_));
  return std::move(ast_);
}

bool Parser::advance() {
  Outcome<Token> next = lexer_.next();
  if (!next) {
    fail(std::move(next.error()));
    return false;
  }
  before_ = token_.source;
  token_ = std::move(*next);
  return true;
}

bool Parser::accept(std::string_view symbol) {
  return token_.is(symbol) && advance();
}

bool Parser::expect(std::string_view symbol, std::string_view what) {
  if (token_.is(symbol)) return advance();
  unexpected("`" + std::string(symbol) + "` " + std::string(what));
  return false;
}

std::nullptr_t Parser::fail(Fault fault) {
  if (!fault_) fault_ = std::move(fault);
  return nullptr;
}

std::nullptr_t Parser::fail(const Expr* at, std::string summary, std::string label, std::string hint) {
  return fail(syntax_fault(at->from, at->to, std::move(summary), std::move(label), std::move(hint)));
}

std::nullptr_t Parser::unexpected(std::string wanted) {
  if (fault_) return nullptr;
  const bool at_end = token_.kind == TokenKind::kEnd;
  std::string summary = at_end ? "the expression ends too early" : "unexpected `" + std::string(token_.source) + "`";
  // Words that stand for operators elsewhere; `not` is taken for a name, and what follows it is too much.
  std::string hint;
  if (token_.source == "and") hint = "write &&";
  if (token_.source == "or") hint = "write ||";
  if (before_ == "not") hint = "write !x in the place of not x";
  if (before_ == "?" && (token_.source == "?" || token_.source == ":"))
    hint = "for what may be missing there are x == null ? y : x and m.?x.orValue(y)";
  if (token_.source == "matches") hint = "write x.matches(pattern)";
  if (token_.source == "not") hint = "write !(x in y)";
  if (token_.source == "is") hint = "to compare, write ==; has(m.x) asks whether there is m.x";
  if (token_.source == "if") hint = "write condition ? value : other";
  // As templates of Jinja have it, and of others.
  if (token_.is("}") && text_.find('{') < token_.begin)
    hint = "a map is {'key': value}; a value alone stands without `{` and `}`";
  return fail(syntax_fault(token_.begin, token_.end, std::move(summary), std::move(wanted) + " was expected here",
                           std::move(hint)));
}

std::nullptr_t Parser::too_large(std::size_t begin, std::size_t end) {
  return fail({Code::kExpressionTooLarge, begin, end, "the expression nests too deeply or has too many parts",
               "at most " + std::to_string(kMaxExpressionDepth) + " levels", "give parts of it names under `values`"});
}

Expr* Parser::make(Expr::Kind kind, const Token& token, std::vector<Expr*> children) {
  Expr& node = ast_.nodes.emplace_back();
  node.kind = kind;
  node.begin = node.from = static_cast<std::uint32_t>(token.begin);
  node.end = node.to = static_cast<std::uint32_t>(token.end);
  node.children = std::move(children);
  return finish(&node);
}

Expr* Parser::finish(Expr* node) {
  for (const Expr* child : node->children) {
    node->height = std::max<std::uint16_t>(node->height, static_cast<std::uint16_t>(child->height + 1));
    node->from = std::min(node->from, child->from);
    node->to = std::max(node->to, child->to);
  }
  if (node->height > kMaxExpressionDepth || ast_.nodes.size() > kMaxExpressionNodes) {
    return too_large(node->begin, node->end);
  }
  return node;
}

// Levels of the grammar, from loose to tight.

Expr* Parser::expression() {
  if (++nesting_ > kMaxExpressionDepth) return too_large(token_.begin, token_.end);
  Expr* condition = disjunction();
  if (condition && token_.is("?")) {
    const Token question = token_;
    if (!advance()) return nullptr;
    Expr* yes = disjunction();
    if (!yes || !expect(":", "and the other value of `?`")) return nullptr;
    Expr* no = expression();
    if (!no) return nullptr;
    condition = make(Expr::Kind::kConditional, question, {condition, yes, no});
  }
  --nesting_;
  return condition;
}

Expr* Parser::disjunction() {
  return chain(&Parser::conjunction, "||", Expr::Kind::kOr);
}

Expr* Parser::conjunction() {
  return chain(&Parser::relation, "&&", Expr::Kind::kAnd);
}

// One node for a chain of any length, so that long ones need no depth.
Expr* Parser::chain(Expr* (Parser::*operand)(), std::string_view symbol, Expr::Kind kind) {
  Expr* first = (this->*operand)();
  if (!first || !token_.is(symbol)) return first;
  const Token op = token_;
  std::vector<Expr*> terms = {first};
  while (token_.is(symbol)) {
    if (!advance()) return nullptr;
    terms.push_back((this->*operand)());
    if (!terms.back()) return nullptr;
  }
  return make(kind, op, std::move(terms));
}

Expr* Parser::operators(Expr* (Parser::*operand)(), std::initializer_list<std::string_view> symbols) {
  Expr* left = (this->*operand)();
  while (left) {
    const auto found = std::find_if(symbols.begin(), symbols.end(), [&](std::string_view s) { return token_.is(s); });
    if (found == symbols.end()) return left;
    const Token op = token_;
    if (!advance()) return nullptr;
    Expr* right = (this->*operand)();
    if (!right) return nullptr;
    left = make(Expr::Kind::kCall, op, {left, right});
    if (left) left->name = *found == "in" ? "@in" : "_" + std::string(*found) + "_";
  }
  return left;
}

Expr* Parser::relation() {
  return operators(&Parser::sum, {"<=", "<", ">=", ">", "==", "!=", "in"});
}

Expr* Parser::sum() {
  return operators(&Parser::product, {"+", "-"});
}

Expr* Parser::product() {
  return operators(&Parser::unary, {"*", "/", "%"});
}

Expr* Parser::unary() {
  if (!token_.is("!") && !token_.is("-")) return member();
  return unary_operators();
}

Expr* Parser::unary_operators() {
  std::vector<Token> signs;
  const std::string symbol(token_.source);
  while (token_.is(symbol)) {
    signs.push_back(token_);
    if (!advance()) return nullptr;
  }
  Expr* operand = nullptr;
  // The sign belongs to the literal, or the least int could not be written.
  if (symbol == "-" && (token_.kind == TokenKind::kInt || token_.kind == TokenKind::kDouble)) {
    operand = literal(true, signs.back().begin);
    signs.pop_back();
    while (operand && (token_.is(".") || token_.is("[") || token_.is(".?"))) operand = suffix(operand);
  } else {
    operand = member();
  }
  for (; operand && !signs.empty(); signs.pop_back()) {
    operand = make(Expr::Kind::kCall, signs.back(), {operand});
    if (operand) operand->name = symbol == "!" ? "!_" : "-_";
  }
  return operand;
}

Expr* Parser::member() {
  Expr* operand = primary();
  while (operand && (token_.is(".") || token_.is("[") || token_.is(".?"))) operand = suffix(operand);
  if (operand && token_.is("{") && (operand->kind == Expr::Kind::kName || operand->kind == Expr::Kind::kSelect)) {
    return fail(operand, "protocol buffer messages are not supported", "no type can be built here",
                "write a map instead: {'field': value}");
  }
  return operand;
}

Expr* Parser::suffix(Expr* operand) {
  if (token_.is("[")) return index(operand);
  const bool optional = token_.is(".?");
  return advance() ? field_or_method(operand, optional) : nullptr;
}

Expr* Parser::field_or_method(Expr* operand, bool optional) {
  const Token field = token_;
  if (field.kind != TokenKind::kName && field.kind != TokenKind::kQuotedName) return unexpected("a field's name");
  if (!advance()) return nullptr;
  if (!optional && field.kind == TokenKind::kName && token_.is("(")) {
    std::vector<Expr*> children = {operand};
    std::size_t end = 0;
    if (!arguments(children, end)) return nullptr;
    Expr* call = make(Expr::Kind::kCall, field, std::move(children));
    if (!call) return nullptr;
    call->name = field.source;
    call->receiver = true;
    call->to = static_cast<std::uint32_t>(end);
    return expand(call);
  }
  Expr* select = make(Expr::Kind::kSelect, field, {operand});
  if (!select) return nullptr;
  select->name = field.kind == TokenKind::kQuotedName ? field.text : std::string(field.source);
  select->optional = optional;
  return select;
}

Expr* Parser::index(Expr* operand) {
  const Token bracket = token_;
  if (!advance()) return nullptr;
  const bool optional = token_.is("?");
  if (optional && !advance()) return nullptr;
  Expr* key = expression();
  if (!key) return nullptr;
  const std::size_t end = token_.end;
  if (!expect("]", "after the index")) return nullptr;
  Expr* node = make(Expr::Kind::kIndex, bracket, {operand, key});
  if (!node) return nullptr;
  node->optional = optional;
  node->to = static_cast<std::uint32_t>(end);
  return node;
}

bool Parser::arguments(std::vector<Expr*>& out, std::size_t& end) {
  if (!advance()) return false;
  while (!token_.is(")")) {
    out.push_back(expression());
    if (!out.back()) return false;
    if (token_.is(")")) break;
    if (!expect(",", "or `)` after an argument")) return false;
    if (token_.is(")")) {
      unexpected("an argument");
      return false;
    }
  }
  end = token_.end;
  return advance();
}

Expr* Parser::primary() {
  if (token_.kind == TokenKind::kName || token_.is(".")) return name_or_call();
  if (token_.is("(")) {
    const std::size_t begin = token_.begin;
    if (!advance()) return nullptr;
    Expr* inner = expression();
    const std::size_t end = token_.end;
    if (!inner || !expect(")", "to close the parenthesis")) return nullptr;
    inner->from = static_cast<std::uint32_t>(begin);
    inner->to = static_cast<std::uint32_t>(end);
    return inner;
  }
  if (token_.is("[")) return list();
  if (token_.is("{")) return map();
  return literal(false, token_.begin);
}

Expr* Parser::name_or_call() {
  const bool absolute = token_.is(".");
  if (absolute && !advance()) return nullptr;
  const Token name = token_;
  if (name.kind != TokenKind::kName) return unexpected("a name");
  if (is_reserved_word(name.source)) {
    // The one with which people come from elsewhere.
    const bool of_inputs = name.source == "var";
    return fail(syntax_fault(
        name.begin, name.end, "`" + std::string(name.source) + "` is a reserved word", "not usable as a name",
        of_inputs ? "say inputs.NAME or values.NAME" : "as a key of a map it can be written x['…']"));
  }
  if (!advance()) return nullptr;
  const bool is_call = token_.is("(");
  std::vector<Expr*> children;
  std::size_t end = name.end;
  if (is_call && !arguments(children, end)) return nullptr;
  Expr* node = make(is_call ? Expr::Kind::kCall : Expr::Kind::kName, name, std::move(children));
  if (!node) return nullptr;
  node->name = name.source;
  node->absolute = absolute;
  node->to = static_cast<std::uint32_t>(end);
  return is_call ? expand(node) : node;
}

Expr* Parser::list() {
  Expr* node = make(Expr::Kind::kList, token_);
  if (!node || !advance()) return nullptr;
  while (!token_.is("]")) {
    const bool optional = token_.is("?");
    if (optional && !advance()) return nullptr;
    Expr* item = expression();
    if (!item) return nullptr;
    node->children.push_back(item);
    node->optionals.push_back(optional);
    if (!token_.is("]") && !expect(",", "or `]` after an element")) return nullptr;
  }
  node->to = static_cast<std::uint32_t>(token_.end);
  return advance() ? finish(node) : nullptr;
}

Expr* Parser::map() {
  Expr* node = make(Expr::Kind::kMap, token_);
  if (!node || !advance()) return nullptr;
  while (!token_.is("}")) {
    const bool optional = token_.is("?");
    if (optional && !advance()) return nullptr;
    Expr* key = expression();
    if (!key || !expect(":", "between key and value")) return nullptr;
    Expr* value = expression();
    if (!value) return nullptr;
    node->children.push_back(key);
    node->children.push_back(value);
    node->optionals.push_back(optional);
    if (!token_.is("}") && !expect(",", "or `}` after an entry")) return nullptr;
  }
  node->to = static_cast<std::uint32_t>(token_.end);
  return advance() ? finish(node) : nullptr;
}

Expr* Parser::literal(bool negative, std::size_t begin) {
  const Token token = token_;
  switch (token.kind) {
    case TokenKind::kInt:
    case TokenKind::kUint:
    case TokenKind::kDouble:
      return number(token, negative, begin);
    case TokenKind::kString:
    case TokenKind::kBytes:
    case TokenKind::kKeyword:
      break;
    default:
      return unexpected("a value");
  }
  if (token.is("in")) return unexpected("a value");
  if (!advance()) return nullptr;
  Expr* node = make(Expr::Kind::kLiteral, token);
  if (!node) return nullptr;
  if (token.kind == TokenKind::kString) node->value = Value::string(token.text);
  if (token.kind == TokenKind::kBytes) node->value = Value::bytes(token.text);
  if (token.kind == TokenKind::kKeyword) {
    node->value = token.is("null") ? Value::null() : Value::boolean(token.is("true"));
  }
  return node;
}

Expr* Parser::number(const Token& token, bool negative, std::size_t begin) {
  const bool is_double = token.kind == TokenKind::kDouble;
  std::string digits(token.source);
  if (token.kind == TokenKind::kUint) digits.pop_back();
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  if (hexadecimal) digits.erase(0, 2);
  if (negative) digits.insert(0, "-");
  if (is_double && digits[negative ? 1 : 0] == '.') digits.insert(negative ? 1 : 0, "0");
  const char* last = digits.data() + digits.size();
  std::errc problem{};
  Value value;
  if (is_double) {
    double real = 0;
    problem = read_real(digits.data(), last, real).ec;
    // Too small for a double is zero, too large an error.
    const bool small = digits.find("e-") != std::string::npos || digits.find("E-") != std::string::npos;
    if (problem == std::errc::result_out_of_range && small) {
      problem = {};
      real = negative ? -0.0 : 0.0;
    }
    value = Value::real(real);
  } else if (token.kind == TokenKind::kUint) {
    std::uint64_t natural = 0;
    problem = std::from_chars(digits.data(), last, natural, hexadecimal ? 16 : 10).ec;
    value = Value::unsigned_integer(natural);
  } else {
    std::int64_t integer = 0;
    problem = std::from_chars(digits.data(), last, integer, hexadecimal ? 16 : 10).ec;
    value = Value::integer(integer);
  }
  if (problem != std::errc{}) {
    return fail(syntax_fault(begin, token.end, "`" + std::string(token.source) + "` is out of range",
                             is_double ? "a double goes to 1.8e308" : "a number of 64 bits was expected"));
  }
  if (!advance()) return nullptr;
  Expr* node = make(Expr::Kind::kLiteral, token);
  if (!node) return nullptr;
  node->begin = node->from = static_cast<std::uint32_t>(begin);
  node->value = std::move(value);
  return node;
}

}  // namespace plumb::cel
