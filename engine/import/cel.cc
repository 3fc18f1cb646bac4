#include "engine/import/cel.h"

#include <initializer_list>
#include <utility>

#include "engine/base/quoted_text.h"

namespace plumb::imports {

Cel made(std::string text, Type type, int how) {
  return {std::move(text), type, Type::kAny, how, "", ""};
}

Cel made(std::string text, Type type, Type item) {
  Cel cel = made(std::move(text), type);
  cel.item = item;
  return cel;
}

std::string cel_text(std::string_view text) {
  return quoted_text(text, '\'');
}

std::optional<std::string> literal_text(const Cel& value) {
  const std::string& text = value.text;
  if (value.type == Type::kInt && !text.empty() && text.find_first_not_of("0123456789") == std::string::npos)
    return text;
  if (value.type != Type::kText || text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  std::string out;
  for (std::size_t at = 1; at + 1 < text.size(); ++at) {
    if (text[at] == '\'') return std::nullopt;
    if (text[at] != '\\') {
      out += text[at];
      continue;
    }
    const char next = text[++at];
    if (next == 'x') return std::nullopt;
    out += next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next;
  }
  return out;
}

std::string text_of(const Cel& value) {
  return value.type == Type::kText ? value.in_brackets(rank::kAtom) : "string(" + value.text + ")";
}

std::string printed(const Cel& value) {
  const bool as_it_is = value.type == Type::kText || value.type == Type::kInt || value.type == Type::kNull;
  if (as_it_is) return value.text;
  if (value.type != Type::kBool) return "jinjaText(" + value.text + ")";
  if (value.text == "true") return "'True'";
  if (value.text == "false") return "'False'";
  return value.in_brackets(rank::kOr) + " ? 'True' : 'False'";
}

std::string printed_text(const Cel& value) {
  if (value.type == Type::kText || value.type == Type::kInt) return text_of(value);
  return value.type == Type::kBool ? "(" + printed(value) + ")" : "jinjaText(" + value.text + ")";
}

std::string formatted(const Cel& value) {
  return value.type == Type::kInt ? value.text : printed_text(value);
}

Cel negation_of(const Cel& value) {
  if (value.text == "true") return made("false", Type::kBool);
  if (value.text == "false") return made("true", Type::kBool);
  for (const auto& [a, b] : std::initializer_list<std::pair<std::string_view, const char*>>{{" != null", " == null"},
                                                                                            {" == null", " != null"}}) {
    if (value.text.ends_with(a) && value.text.find(' ') + a.size() == value.text.size())
      return made(value.text.substr(0, value.text.size() - a.size()) + b, Type::kBool, rank::kRelation);
  }
  if (value.text.starts_with('!') && value.rank == rank::kUnary && value.text.size() > 1) {
    std::string inner = value.text.substr(1);
    // Brackets around all of it go.
    int depth = 0;
    bool whole = inner.starts_with('(');
    for (std::size_t at = 0; at < inner.size() && whole; ++at) {
      if (inner[at] == '(') ++depth;
      if (inner[at] == ')' && --depth == 0 && at + 1 < inner.size()) whole = false;
    }
    if (!whole || inner.find('\'') < inner.find('(')) return made(std::move(inner), Type::kBool);
    inner = inner.substr(1, inner.size() - 2);
    const int how = inner.find("||") != std::string::npos   ? rank::kOr
                    : inner.find("&&") != std::string::npos ? rank::kAnd
                                                            : rank::kRelation;
    return made(inner, Type::kBool, inner.find('?') != std::string::npos ? rank::kConditional : how);
  }
  return made("!" + value.in_brackets(rank::kAtom), Type::kBool, rank::kUnary);
}

Cel both_of(const Cel& a, const Cel& b) {
  if (a.text == "true" || a.text.empty()) return b;
  if (b.text == "true" || b.text.empty()) return a;
  return made(a.in_brackets(rank::kAnd) + " && " + b.in_brackets(rank::kAnd), Type::kBool, rank::kAnd);
}

Cel choice_of(const Cel& decides, const Cel& a, const Cel& b) {
  if (decides.text == "true") return a;
  if (decides.text == "false") return b;
  const bool differ = a.type != b.type && a.type != Type::kAny && b.type != Type::kAny;
  Cel result = made("", differ ? Type::kAny : a.type == Type::kAny ? b.type : a.type, rank::kConditional);
  if (a.type == Type::kAny || b.type == Type::kAny) result.type = Type::kAny;
  result.item = a.item == b.item ? a.item : Type::kAny;
  const std::string yes = differ ? "dyn(" + a.text + ")" : a.in_brackets(rank::kOr);
  const std::string no = b.in_brackets(rank::kConditional);
  result.text = decides.in_brackets(rank::kOr) + " ? " + yes + " : " + no;
  return result;
}

}  // namespace plumb::imports
