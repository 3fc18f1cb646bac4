// Values with expressions and statements of Jinja in them.
#include <algorithm>
#include <utility>

#include "engine/import/jinja.h"
#include "engine/import/jinja_pieces.h"

namespace plumb::imports {
namespace {

using Kind = Expr::Kind;

constexpr int kDeepestStatement = 20;

ExprPtr expression_of(Kind kind, std::string text, std::vector<ExprPtr> children = {}) {
  auto expr = std::make_shared<Expr>();
  expr->kind = kind;
  expr->text = std::move(text);
  expr->children = std::move(children);
  return expr;
}

// `{% if a %}b{% else %}{{ c }}{% endif %}` as the expression `'b' if a else c`.
class Statements {
 public:
  explicit Statements(std::string_view text) {
    int line = 1;
    pieces_ = pieces_of(text, true, line);
  }

  ExprPtr whole() {
    ExprPtr found = body(0);
    if (at_ < pieces_.size()) throw Untranslatable{"statements of Jinja inside a value"};
    return found;
  }

 private:
  // Up to a statement that ends it.
  ExprPtr body(int depth) {
    if (depth > kDeepestStatement) throw Untranslatable{"statements that are nested too deeply"};
    std::vector<ExprPtr> parts;
    for (; at_ < pieces_.size(); ++at_) {
      const Piece& piece = pieces_[at_];
      if (piece.kind == Piece::Kind::kComment) continue;
      if (piece.kind == Piece::Kind::kText) {
        parts.push_back(literal(piece.text, parts.empty()));
      } else if (piece.kind == Piece::Kind::kOutput) {
        parts.push_back(parse_expression(piece.text));
      } else {
        const std::string word = first_word(piece.text);
        if (word != "if") break;
        parts.push_back(conditional(depth));
      }
    }
    if (parts.empty()) return expression_of(Kind::kText, "");
    if (parts.size() == 1) return parts.front();
    ExprPtr text = parts.front();
    // Not a sum: `~` makes texts of whatever it takes.
    for (std::size_t i = 1; i < parts.size(); ++i) text = expression_of(Kind::kBinary, "~", {text, parts[i]});
    return text;
  }

  // A branch that is written as a list or map is one.
  ExprPtr literal(const std::string& text, bool first) const {
    const std::string_view own = trimmed(text);
    const bool alone = first && (at_ + 1 >= pieces_.size() || pieces_[at_ + 1].kind == Piece::Kind::kStatement);
    if (alone && (own.starts_with('[') || own.starts_with('{'))) return parse_expression(own);
    if (alone && (own == "True" || own == "False")) return expression_of(Kind::kBool, own == "True" ? "true" : "false");
    return expression_of(Kind::kText, text);
  }

  ExprPtr conditional(int depth) {
    const std::string& text = pieces_[at_].text;
    const std::string word = first_word(text);
    ExprPtr decides = parse_expression(trimmed(std::string_view(text).substr(word.size())));
    ++at_;
    ExprPtr then = body(depth + 1);
    if (at_ >= pieces_.size()) throw Untranslatable{"an `if` without its end"};
    ExprPtr otherwise = expression_of(Kind::kText, "");
    const std::string next = first_word(pieces_[at_].text);
    if (next == "elif") {
      // It takes the end along.
      otherwise = conditional(depth + 1);
    } else if (next == "else") {
      ++at_;
      otherwise = body(depth + 1);
      if (at_ >= pieces_.size() || first_word(pieces_[at_].text) != "endif")
        throw Untranslatable{"an `if` without its end"};
    } else if (next != "endif") {
      throw Untranslatable{"statements of Jinja inside a value"};
    }
    return expression_of(Kind::kConditional, "", {then, decides, otherwise});
  }

  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<TextPart> parse_text(std::string_view text) {
  std::vector<TextPart> parts;
  if (text.find("{%") != std::string_view::npos) {
    parts.push_back({"", Statements(text).whole()});
    return parts;
  }
  std::string literal;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("{#")) {
      const std::size_t end = text.find("#}", at);
      if (end == std::string_view::npos) throw Untranslatable{"a comment without its end"};
      at = end + 2;
      continue;
    }
    if (!text.substr(at).starts_with("{{")) {
      literal += text[at++];
      continue;
    }
    // The end is the first `}}` at which the expression can end: `}}` may also close two maps or stand in a text.
    std::size_t end = text.find("}}", at);
    for (;;) {
      if (end == std::string_view::npos) throw Untranslatable{"`{{` without its `}}`"};
      std::string_view inner = text.substr(at + 2, end - at - 2);
      if (inner.starts_with('-')) inner.remove_prefix(1);
      if (inner.ends_with('-')) inner.remove_suffix(1);
      try {
        ExprPtr expression = parse_expression(inner);
        if (!literal.empty()) parts.push_back({std::move(literal), nullptr});
        literal.clear();
        parts.push_back({"", std::move(expression)});
        break;
      } catch (const Untranslatable&) {
        const std::size_t next = text.find("}}", end + 1);
        if (next == std::string_view::npos) throw;
        end = next;
      }
    }
    at = end + 2;
  }
  if (!literal.empty() || parts.empty()) parts.push_back({std::move(literal), nullptr});
  return parts;
}

}  // namespace plumb::imports
