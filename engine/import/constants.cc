// What an expression of Jinja is, where that does not hang on the host: names of files, mostly.
#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/base/replaced.h"
#include "engine/import/expression.h"

namespace plumb::imports {
namespace {

using Kind = Expr::Kind;
using lang::Node;

constexpr int kDeepestConstant = 20;
constexpr int kMostSteps = 2000;
constexpr std::size_t kMostConstant = std::size_t{64} << 10;

Node text_node(std::string text) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.style = lang::Style::kDoubleQuoted;
  node.text = std::move(text);
  return node;
}

bool truthy(const Node& node) {
  switch (plain_type(node)) {
    case Type::kNull:
      return false;
    case Type::kBool:
      return is_true_word(node.text);
    case Type::kInt:
      return node.text != "0";
    case Type::kList:
      return !node.items.empty();
    case Type::kMap:
      return !node.entries.empty();
    default:
      return !node.text.empty();
  }
}

class Constants {
 public:
  explicit Constants(const Names& names) : names_(names) {}

  std::optional<Node> of(const Expr& expr, int depth) const {
    if (depth > kDeepestConstant || ++steps_ > kMostSteps) return std::nullopt;
    const auto child = [&](std::size_t i) -> std::optional<Node> {
      if (i >= expr.children.size() || expr.children[i] == nullptr) return std::nullopt;
      return of(*expr.children[i], depth + 1);
    };
    switch (expr.kind) {
      case Kind::kText:
        return text_node(expr.text);
      case Kind::kInt:
      case Kind::kFloat:
      case Kind::kBool: {
        Node node = text_node(expr.text);
        node.style = lang::Style::kPlain;
        return node;
      }
      case Kind::kName:
        return resolved(names_.constant(expr.text), depth);
      case Kind::kAttribute:
      case Kind::kIndex: {
        const std::optional<Node> object = child(0);
        if (!object) return std::nullopt;
        std::string key = expr.text;
        if (expr.is(Kind::kIndex)) {
          const std::optional<Node> at = child(1);
          if (!at || !at->is_scalar()) return std::nullopt;
          key = at->text;
        }
        if (object->is_sequence()) {
          const bool number = !key.empty() && key.find_first_not_of("0123456789") == std::string::npos;
          if (!number || small_number(key) >= object->items.size()) return std::nullopt;
          return resolved(&object->items[small_number(key)], depth);
        }
        const lang::Entry* entry = object->find(key);
        return entry == nullptr ? std::nullopt : resolved(&entry->value, depth);
      }
      case Kind::kBinary: {
        if (expr.text != "~" && expr.text != "+") return std::nullopt;
        const auto a = child(0);
        const auto b = child(1);
        if (!a || !b || !a->is_scalar() || !b->is_scalar()) return std::nullopt;
        return text_node(a->text + b->text);
      }
      case Kind::kConditional: {
        const auto decides = child(1);
        if (!decides) return std::nullopt;
        return truthy(*decides) ? child(0) : child(2);
      }
      case Kind::kCompare: {
        const auto a = child(0);
        const auto b = child(1);
        if ((expr.text != "==" && expr.text != "!=") || !a || !b || !a->is_scalar() || !b->is_scalar())
          return std::nullopt;
        Node node = text_node((a->text == b->text) == (expr.text == "==") ? "true" : "false");
        node.style = lang::Style::kPlain;
        return node;
      }
      case Kind::kCall:
        return method(expr, depth);
      case Kind::kFilter:
        return filter_of(expr, depth);
      default:
        return std::nullopt;
    }
  }

 private:
  // A text of a variable may hold Jinja again.
  std::optional<Node> resolved(const Node* node, int depth) const {
    if (node == nullptr) return std::nullopt;
    if (!node->is_scalar() || !holds_jinja(node->text)) return *node;
    return text(node->text, depth + 1);
  }

 public:
  std::optional<Node> text(std::string_view given, int depth) const {
    if (depth > kDeepestConstant) return std::nullopt;
    std::string out;
    const std::vector<TextPart> parts = parse_text(given);
    for (const TextPart& part : parts) {
      if (part.expression == nullptr) {
        out += part.literal;
        continue;
      }
      const std::optional<Node> value = of(*part.expression, depth + 1);
      if (!value) return std::nullopt;
      if (parts.size() == 1) return value;
      if (!value->is_scalar()) return std::nullopt;
      out += value->text;
      if (out.size() > kMostConstant) return std::nullopt;
    }
    return text_node(std::move(out));
  }

 private:
  static std::string stripped(const std::string& text, const std::string& set, bool left, bool right) {
    std::size_t from = 0;
    std::size_t to = text.size();
    while (left && from < to && set.find(text[from]) != std::string::npos) ++from;
    while (right && to > from && set.find(text[to - 1]) != std::string::npos) --to;
    return text.substr(from, to - from);
  }

  std::optional<Node> method(const Expr& expr, int depth) const {
    const Expr& callee = *expr.children[0];
    if (!callee.is(Kind::kAttribute)) return std::nullopt;
    const std::optional<Node> object = of(*callee.children[0], depth + 1);
    if (!object || !object->is_scalar()) return std::nullopt;
    std::vector<std::string> given;
    for (std::size_t i = 1; i < expr.children.size(); ++i) {
      const std::optional<Node> one = of(*expr.children[i], depth + 1);
      if (!one || !one->is_scalar()) return std::nullopt;
      given.push_back(one->text);
    }
    const std::string& name = callee.text;
    const std::string set = given.empty() ? " \t\n" : given[0];
    if (name == "strip" || name == "lstrip" || name == "rstrip")
      return text_node(stripped(object->text, set, name != "rstrip", name != "lstrip"));
    if (name == "lower") return text_node(lowered(object->text));
    if (name == "replace" && given.size() == 2) return text_node(replaced(object->text, given[0], given[1]));
    if (name == "split" && given.size() == 1 && !given[0].empty()) {
      Node list;
      list.kind = Node::Kind::kSequence;
      std::size_t at = 0;
      for (;;) {
        const std::size_t end = object->text.find(given[0], at);
        list.items.push_back(text_node(object->text.substr(at, end == std::string::npos ? end : end - at)));
        if (end == std::string::npos) return list;
        at = end + given[0].size();
      }
    }
    return std::nullopt;
  }

  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    return from.empty() ? text : plumb::replaced(std::move(text), from, to);
  }

  std::optional<Node> filter_of(const Expr& expr, int depth) const {
    const std::optional<Node> value = of(*expr.children[0], depth + 1);
    const std::string& name = expr.text;
    if (name == "default" || name == "d") {
      // Only what nobody can give is known to be missing; an attribute of a known map is.
      if (value) return value;
      const Expr& subject = *expr.children[0];
      const bool missing = subject.is(Kind::kAttribute) && of(*subject.children[0], depth + 1);
      return missing && expr.children.size() > 1 ? of(*expr.children[1], depth + 1) : std::nullopt;
    }
    if (!value || !value->is_scalar()) return std::nullopt;
    const std::string& text = value->text;
    if (name == "lower") return text_node(lowered(text));
    if (name == "basename")
      return text_node(text.substr(text.rfind('/') == std::string::npos ? 0 : text.rfind('/') + 1));
    if (name == "dirname") return text_node(text.substr(0, text.rfind('/') == std::string::npos ? 0 : text.rfind('/')));
    if (name == "string" || name == "trim" || name == "mandatory") return value;
    if (name == "bool") {
      Node node = text_node(is_true_word(text) || text == "1" ? "true" : "false");
      node.style = lang::Style::kPlain;
      return node;
    }
    if (name == "replace" && expr.children.size() == 3) {
      const auto from = of(*expr.children[1], depth + 1);
      const auto to = of(*expr.children[2], depth + 1);
      if (from && to) return text_node(replaced(text, from->text, to->text));
    }
    return std::nullopt;
  }

  const Names& names_;
  mutable int steps_ = 0;
};

}  // namespace

std::optional<Node> constant_of(const Expr& expr, const Names& names) {
  return Constants(names).of(expr, 0);
}

std::optional<std::string> constant_text(std::string_view text, const Names& names) {
  if (!holds_jinja(text)) return std::string(text);
  try {
    const std::optional<Node> node = Constants(names).text(text, 0);
    if (node && node->is_scalar()) return node->text;
  } catch (const Untranslatable&) {
  }
  return std::nullopt;
}

}  // namespace plumb::imports
