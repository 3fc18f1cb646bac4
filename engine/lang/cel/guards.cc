// Values that may be null and fields that may be absent: what a condition proves about them.
#include <algorithm>

#include "engine/lang/cel/compiler.h"

namespace plumb::cel {
namespace {

bool is_null_literal(const Expr& expr) {
  return expr.kind == Expr::Kind::kLiteral && expr.value.is_null();
}

}  // namespace

bool Guard::about(int slot) const {
  const std::string variable = "v" + std::to_string(slot);
  return path == variable || path.starts_with(variable + ".");
}

// A name for a place that reads the same wherever it stands in the expression: "v3.site.name". Nothing for what is
// no chain of fields.
std::optional<std::string> Compiler::path_of(const Expr& expr) const {
  const Meaning meaning = meaning_of(expr);
  if (meaning.kind == Meaning::Kind::kLocal) return "l" + std::to_string(meaning.index);
  if (meaning.kind == Meaning::Kind::kVariable) return "v" + std::to_string(meaning.index);
  const bool field = (expr.kind == Expr::Kind::kSelect && !expr.optional) || expr.kind == Expr::Kind::kHas;
  if (!field) return {};
  auto path = path_of(*expr.children[0]);
  if (path) *path += "." + expr.name;
  return path;
}

void Compiler::collect_comparison(const Expr& condition, bool truth, std::vector<Guard>& out) const {
  const bool equal = condition.name == "_==_";
  if (equal == truth || (!equal && condition.name != "_!=_")) return;
  const Expr* other = is_null_literal(*condition.children[1])   ? condition.children[0]
                      : is_null_literal(*condition.children[0]) ? condition.children[1]
                                                                : nullptr;
  if (!other) return;
  if (auto path = path_of(*other)) out.push_back({std::move(*path), false});
}

// What holds where `condition` has turned out to be `truth`.
void Compiler::collect_guards(const Expr& condition, bool truth, std::vector<Guard>& out) const {
  if (!options_.check) return;
  if (condition.kind == (truth ? Expr::Kind::kAnd : Expr::Kind::kOr)) {
    for (const Expr* term : condition.children) collect_guards(*term, truth, out);
  } else if (condition.kind == Expr::Kind::kHas && truth) {
    if (auto path = path_of(condition)) out.push_back({std::move(*path), true});
  } else if (condition.kind == Expr::Kind::kCall && condition.name == "!_") {
    collect_guards(*condition.children[0], !truth, out);
  } else if (condition.kind == Expr::Kind::kCall && condition.name == "@in" && truth) {
    const Expr& key = *condition.children[0];
    if (key.kind != Expr::Kind::kLiteral || !key.value.is(Kind::kString)) return;
    if (auto path = path_of(*condition.children[1]))
      out.push_back({*path + "." + std::string(key.value.as_text()), true});
  } else if (condition.kind == Expr::Kind::kCall && condition.children.size() == 2) {
    collect_comparison(condition, truth, out);
  }
}

bool Compiler::guarded(const std::string& path, bool present) const {
  return std::any_of(guards_.begin(), guards_.end(),
                     [&](const Guard& guard) { return guard.present == present && guard.path == path; });
}

Type Compiler::narrowed(const Expr& expr, Type type) const {
  if (!type.is(Type::Kind::kNullable)) return type;
  const auto path = path_of(expr);
  return path && guarded(*path, false) ? type.parameter(0) : type;
}

Fault Compiler::may_be_null(const Expr& expr, const Type& type) const {
  const std::string source(text_.substr(expr.from, expr.to - expr.from));
  const std::string value = type.is(Type::Kind::kNullable) ? type.parameter(0).str() : "value";
  return fault_at(expr, Code::kMayBeNull, written(expr) + " may be null", "a " + value + " was expected",
                  "guard it: " + source + " != null && …, or " + source + " == null ? … : …");
}

}  // namespace plumb::cel
