// Expressions of Jinja2 as Ansible's files hold them, read into trees.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::imports {

// Why something cannot be said here. Thrown and caught inside this library alone.
struct Untranslatable {
  std::string reason;
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
  enum class Kind {
    kText,
    kInt,
    kFloat,
    kBool,
    kNone,
    kName,
    kAttribute,  // children: object; text: the name
    kIndex,      // object, index
    kSlice,      // object, start, stop, step; null where not given
    kCall,       // callee, arguments; `named` has those with a name
    kFilter,     // value, arguments; text: the filter
    kTest,       // value, arguments; text: the test
    kNot,
    kNegative,
    kBinary,   // text: + - ~ * / // % **
    kCompare,  // text: == != < <= > >= in, not in
    kAnd,
    kOr,
    kConditional,  // then, condition, else (null where not given)
    kList,
    kMap,  // keys and values in turn
  };

  Kind kind = Kind::kNone;
  std::string text;
  std::vector<ExprPtr> children;
  std::vector<std::pair<std::string, ExprPtr>> named;
  bool negated = false;  // kTest: `is not`

  bool is(Kind other) const { return kind == other; }
};

// Throws Untranslatable where the text is no expression.
ExprPtr parse_expression(std::string_view text);

// Like parse_expression(), for `a, b` as well: the names that a `for` or `set` names, or the items of a tuple.
std::vector<ExprPtr> parse_list(std::string_view text);

// A text with `{{ … }}` in it: literal parts and expressions in turn; one with `{% if … %}` is a single expression.
// Throws where it holds other statements.
struct TextPart {
  std::string literal;
  ExprPtr expression;  // null: the part is literal
};
std::vector<TextPart> parse_text(std::string_view text);
bool holds_jinja(std::string_view text);

// A number of at most nine digits; throws where the text is another.
unsigned long small_number(std::string_view text);

// The parts of the chain `a.b['c'].d`, outermost name first; empty where the expression is none. Indices that are
// whole numbers stand as text.
std::vector<std::string> chain_of(const Expr& expr);

}  // namespace plumb::imports
