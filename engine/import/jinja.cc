#include "engine/import/jinja.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace plumb::imports {
namespace {

using Kind = Expr::Kind;

constexpr int kDeepestExpression = 100;
constexpr std::size_t kMostTokens = 1000;

struct Token {
  enum class Kind { kEnd, kName, kText, kInt, kFloat, kSign };
  Kind kind = Kind::kEnd;
  std::string text;
};

bool letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}

std::string quoted(std::string_view text, std::size_t& at) {
  const char quote = text[at++];
  std::string value;
  while (at < text.size() && text[at] != quote) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      const char next = text[++at];
      ++at;
      switch (next) {
        case 'n':
          value += '\n';
          break;
        case 't':
          value += '\t';
          break;
        case 'r':
          value += '\r';
          break;
        case '\\':
          value += '\\';
          break;
        case '\'':
          value += '\'';
          break;
        case '"':
          value += '"';
          break;
        default:
          value += '\\';
          value += next;
      }
    } else {
      value += text[at++];
    }
  }
  if (at == text.size()) throw Untranslatable{"a text without its closing quote"};
  ++at;
  return value;
}

std::vector<Token> tokens_of(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kTwo = {"==", "!=", "<=", ">=", "//", "**"};
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    if (tokens.size() > kMostTokens) throw Untranslatable{"an expression that is too long"};
    const char c = text[at];
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at;
    } else if (text.substr(at).starts_with("\xc2\xa0")) {
      at += 2;  // a blank that does not break
    } else if (letter(c)) {
      const std::size_t from = at;
      while (at < text.size() && (letter(text[at]) || digit(text[at]))) ++at;
      tokens.push_back({Token::Kind::kName, std::string(text.substr(from, at - from))});
    } else if (digit(c)) {
      const std::size_t from = at;
      while (at < text.size() && (digit(text[at]) || text[at] == '_')) ++at;
      bool real = false;
      if (at + 1 < text.size() && text[at] == '.' && digit(text[at + 1])) {
        // `item.0.name` is a chain, and `1.5` a number.
        const bool chain = !tokens.empty() && tokens.back().text == "." && tokens.back().kind == Token::Kind::kSign;
        if (!chain) {
          real = true;
          ++at;
          while (at < text.size() && digit(text[at])) ++at;
        }
      }
      std::string number(text.substr(from, at - from));
      std::erase(number, '_');
      tokens.push_back({real ? Token::Kind::kFloat : Token::Kind::kInt, std::move(number)});
    } else if (c == '\'' || c == '"') {
      tokens.push_back({Token::Kind::kText, quoted(text, at)});
    } else {
      const auto two = std::find(kTwo.begin(), kTwo.end(), text.substr(at, 2));
      const std::size_t size = two == kTwo.end() ? 1 : 2;
      if (size == 1 && std::string_view("+-~*/%<>()[]{},:.|=").find(c) == std::string_view::npos)
        throw Untranslatable{"a sign that is none of an expression's"};
      tokens.push_back({Token::Kind::kSign, std::string(text.substr(at, size))});
      at += size;
    }
  }
  tokens.emplace_back();
  return tokens;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

  ExprPtr whole() {
    ExprPtr result = conditional();
    if (!done()) throw Untranslatable{"`" + peek().text + "` after the expression"};
    return result;
  }

  std::vector<ExprPtr> list() {
    std::vector<ExprPtr> items{conditional()};
    while (take(",")) {
      if (done()) break;
      items.push_back(conditional());
    }
    if (!done()) throw Untranslatable{"`" + peek().text + "` after the expression"};
    return items;
  }

 private:
  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool done() const { return peek().kind == Token::Kind::kEnd; }
  bool sign(std::string_view text) const { return peek().kind == Token::Kind::kSign && peek().text == text; }
  bool word(std::string_view text) const { return peek().kind == Token::Kind::kName && peek().text == text; }
  bool take(std::string_view text) {
    if (!sign(text)) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view text) {
    if (!word(text)) return false;
    ++at_;
    return true;
  }
  void need(std::string_view text) {
    if (!take(text)) throw Untranslatable{"`" + std::string(text) + "` is missing in an expression"};
  }
  std::string need_name() {
    if (peek().kind != Token::Kind::kName) throw Untranslatable{"a name is missing in an expression"};
    return tokens_[at_++].text;
  }

  static ExprPtr make(Kind kind, std::string text, std::vector<ExprPtr> children = {}) {
    auto expr = std::make_shared<Expr>();
    expr->kind = kind;
    expr->text = std::move(text);
    expr->children = std::move(children);
    return expr;
  }

  ExprPtr conditional() {
    if (++depth_ > kDeepestExpression) throw Untranslatable{"an expression that is nested too deeply"};
    ExprPtr value = either();
    while (take_word("if")) {
      ExprPtr condition = either();
      ExprPtr other = take_word("else") ? conditional() : nullptr;
      value = make(Kind::kConditional, "", {value, condition, other});
    }
    --depth_;
    return value;
  }
  ExprPtr either() {
    ExprPtr left = both();
    while (take_word("or")) left = make(Kind::kOr, "or", {left, both()});
    return left;
  }
  ExprPtr both() {
    ExprPtr left = negation();
    while (take_word("and")) left = make(Kind::kAnd, "and", {left, negation()});
    return left;
  }
  ExprPtr negation() {
    if (word("not") && !(peek(1).kind == Token::Kind::kName && peek(1).text == "in")) {
      ++at_;
      return make(Kind::kNot, "", {negation()});
    }
    return comparison();
  }
  ExprPtr comparison() {
    ExprPtr left = sum();
    for (;;) {
      std::string op;
      for (const char* one : {"==", "!=", "<=", ">=", "<", ">"}) {
        if (op.empty() && take(one)) op = one;
      }
      if (op.empty() && take_word("in")) op = "in";
      if (op.empty() && word("not") && peek(1).text == "in") {
        at_ += 2;
        op = "not in";
      }
      if (op.empty()) return left;
      left = make(Kind::kCompare, op, {left, sum()});
    }
  }
  ExprPtr sum() {
    ExprPtr left = joined();
    for (;;) {
      if (take("+")) {
        left = make(Kind::kBinary, "+", {left, joined()});
      } else if (take("-")) {
        left = make(Kind::kBinary, "-", {left, joined()});
      } else {
        return left;
      }
    }
  }
  ExprPtr joined() {
    ExprPtr left = product();
    while (take("~")) left = make(Kind::kBinary, "~", {left, product()});
    return left;
  }
  ExprPtr product() {
    ExprPtr left = unary();
    for (;;) {
      std::string op;
      for (const char* one : {"**", "//", "*", "/", "%"}) {
        if (op.empty() && take(one)) op = one;
      }
      if (op.empty()) return left;
      left = make(Kind::kBinary, op, {left, unary()});
    }
  }
  ExprPtr unary() {
    if (take("-")) return make(Kind::kNegative, "", {unary()});
    if (take("+")) return unary();
    return filtered(postfix(primary()));
  }

  ExprPtr primary() {
    const Token token = peek();
    switch (token.kind) {
      case Token::Kind::kText: {
        ++at_;
        std::string text = token.text;
        while (peek().kind == Token::Kind::kText) text += tokens_[at_++].text;
        return make(Kind::kText, std::move(text));
      }
      case Token::Kind::kInt:
        ++at_;
        return make(Kind::kInt, token.text);
      case Token::Kind::kFloat:
        ++at_;
        return make(Kind::kFloat, token.text);
      case Token::Kind::kName:
        ++at_;
        if (token.text == "true" || token.text == "True") return make(Kind::kBool, "true");
        if (token.text == "false" || token.text == "False") return make(Kind::kBool, "false");
        if (token.text == "none" || token.text == "None" || token.text == "null") return make(Kind::kNone, "");
        return make(Kind::kName, token.text);
      case Token::Kind::kSign:
        return grouped();
      case Token::Kind::kEnd:
        break;
    }
    throw Untranslatable{"an expression that ends too early"};
  }

  ExprPtr grouped() {
    if (take("(")) {
      if (take(")")) return make(Kind::kList, "");
      ExprPtr first = conditional();
      if (sign(",")) {
        std::vector<ExprPtr> items{first};
        while (take(",")) {
          if (sign(")")) break;
          items.push_back(conditional());
        }
        need(")");
        return make(Kind::kList, "", std::move(items));
      }
      need(")");
      return first;
    }
    if (take("[")) {
      std::vector<ExprPtr> items;
      while (!sign("]")) {
        items.push_back(conditional());
        if (!take(",")) break;
      }
      need("]");
      return make(Kind::kList, "", std::move(items));
    }
    if (take("{")) {
      std::vector<ExprPtr> items;
      while (!sign("}")) {
        items.push_back(conditional());
        need(":");
        items.push_back(conditional());
        if (!take(",")) break;
      }
      need("}");
      return make(Kind::kMap, "", std::move(items));
    }
    throw Untranslatable{"`" + peek().text + "` where a value was expected"};
  }

  ExprPtr postfix(ExprPtr value) {
    for (;;) {
      if (take(".")) {
        if (peek().kind == Token::Kind::kInt) {
          value = make(Kind::kIndex, "", {value, make(Kind::kInt, tokens_[at_++].text)});
        } else {
          value = make(Kind::kAttribute, need_name(), {value});
        }
      } else if (take("[")) {
        value = subscript(value);
      } else if (take("(")) {
        value = call(Kind::kCall, "", value);
      } else {
        return value;
      }
    }
  }

  ExprPtr subscript(const ExprPtr& value) {
    ExprPtr parts[3];
    int colons = 0;
    while (!sign("]")) {
      if (take(":")) {
        if (++colons > 2) throw Untranslatable{"a slice with too many parts"};
      } else {
        if (parts[colons]) throw Untranslatable{"an index of two values"};
        parts[colons] = conditional();
      }
    }
    need("]");
    if (colons == 0 && !parts[0]) throw Untranslatable{"an index without a value"};
    if (colons == 0) return make(Kind::kIndex, "", {value, parts[0]});
    return make(Kind::kSlice, "", {value, parts[0], parts[1], parts[2]});
  }

  // Behind `(`.
  ExprPtr call(Kind kind, std::string text, const ExprPtr& subject) {
    auto expr = std::make_shared<Expr>();
    expr->kind = kind;
    expr->text = std::move(text);
    expr->children.push_back(subject);
    while (!sign(")")) {
      if (take("*")) throw Untranslatable{"arguments of unknown number"};
      if (peek().kind == Token::Kind::kName && peek(1).kind == Token::Kind::kSign && peek(1).text == "=") {
        std::string name = need_name();
        need("=");
        expr->named.emplace_back(std::move(name), conditional());
      } else {
        expr->children.push_back(conditional());
      }
      if (!take(",")) break;
    }
    need(")");
    return expr;
  }

  std::string dotted_name() {
    std::string name = need_name();
    while (take(".")) name = need_name();
    return name;
  }

  ExprPtr filtered(ExprPtr value) {
    for (;;) {
      if (take("|")) {
        std::string name = dotted_name();
        value = take("(") ? call(Kind::kFilter, std::move(name), value) : make(Kind::kFilter, std::move(name), {value});
        value = postfix(value);
      } else if (take_word("is")) {
        value = test(value);
      } else {
        return value;
      }
    }
  }

  ExprPtr test(const ExprPtr& value) {
    const bool negated = take_word("not");
    std::string name = dotted_name();
    if (name == "None") name = "none";
    auto expr = std::make_shared<Expr>();
    if (take("(")) {
      *expr = *call(Kind::kTest, name, value);
    } else {
      expr->kind = Kind::kTest;
      expr->text = name;
      expr->children.push_back(value);
      static constexpr std::array<std::string_view, 6> kNot = {"else", "or", "and", "is", "if", "not"};
      const Token& next = peek();
      const bool argument =
          next.kind == Token::Kind::kText || next.kind == Token::Kind::kInt || sign("[") || sign("{") ||
          (next.kind == Token::Kind::kName && std::find(kNot.begin(), kNot.end(), next.text) == kNot.end());
      if (argument) expr->children.push_back(postfix(primary()));
    }
    expr->negated = negated;
    return expr;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

ExprPtr parse_expression(std::string_view text) {
  return Parser(text).whole();
}

std::vector<ExprPtr> parse_list(std::string_view text) {
  return Parser(text).list();
}

bool holds_jinja(std::string_view text) {
  return text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos ||
         text.find("{#") != std::string_view::npos;
}

unsigned long small_number(std::string_view text) {
  constexpr std::size_t kMostDigits = 9;
  unsigned long number = 0;
  for (const char c : text) {
    if (!digit(c)) throw Untranslatable{"a number that is none"};
    number = number * 10 + static_cast<unsigned long>(c - '0');
  }
  if (text.empty() || text.size() > kMostDigits) throw Untranslatable{"a number that is too large"};
  return number;
}

std::vector<std::string> chain_of(const Expr& expr) {
  if (expr.is(Kind::kName)) return {expr.text};
  const bool index = expr.is(Kind::kIndex) && (expr.children[1]->is(Kind::kText) || expr.children[1]->is(Kind::kInt));
  if (!expr.is(Kind::kAttribute) && !index) return {};
  std::vector<std::string> chain = chain_of(*expr.children[0]);
  if (!chain.empty()) chain.push_back(index ? expr.children[1]->text : expr.text);
  return chain;
}

}  // namespace plumb::imports
