// The checker's side of macros over lists, maps and optional values.
#include "engine/lang/cel/compiler.h"

namespace plumb::cel {

namespace {

using TypeKind = Type::Kind;

}  // namespace

// What the variables of a macro are: elements and their indexes, or keys and values.
bool Compiler::range_types(const Expr& range, const Type& type, bool two_variables, Type& first, Type& second) {
  if (!options_.check) return true;
  const Type known = solver_.resolve(type);
  switch (known.kind()) {
    case TypeKind::kList:
      first = two_variables ? Type(TypeKind::kInt) : known.parameter(0);
      second = known.parameter(0);
      return true;
    case TypeKind::kMap:
      first = known.parameter(0);
      second = known.parameter(1);
      return true;
    case TypeKind::kRecord:
      first = Type(TypeKind::kString);
      return true;
    case TypeKind::kDyn:
      return true;
    case TypeKind::kParameter:
      return solver_.assign(Type(), known);
    case TypeKind::kNullable:
      return fail(may_be_null(range, known));
    default:
      return fail(fault_at(range, Code::kExpressionType,
                           written(range) + " is " + known.str() + ", which cannot be walked",
                           "a list or a map was expected"));
  }
}

// `xs.filter(x, x != null)` holds no nulls. The macro's variable is the newest local.
Type Compiler::filtered(const Expr& body, const Type& element) const {
  if (!element.is(TypeKind::kNullable)) return element;
  std::vector<Guard> proved;
  collect_guards(body, true, proved);
  const std::string variable = "l" + std::to_string(locals_.back().index);
  for (const Guard& guard : proved) {
    if (!guard.present && guard.path == variable) return element.parameter(0);
  }
  return element;
}

// The type of the whole, given that of the body.
std::optional<Type> Compiler::body_type(const Expr& expr, const Expr& body, const Type& type, const Type& first) {
  const Type truth(TypeKind::kBool);
  switch (expr.macro) {
    case Macro::kAll:
    case Macro::kExists:
    case Macro::kExistsOne:
      if (!wants(body, type, truth, "a condition was expected here")) return {};
      return truth;
    case Macro::kFilter:
      if (!wants(body, type, truth, "a condition was expected here")) return {};
      return Type::list(filtered(body, first));
    case Macro::kTransformMap:
      return Type::map(first, type);
    case Macro::kTransformMapEntry: {
      const Type entry = Type::map(solver_.fresh(), solver_.fresh());
      if (!wants(body, type, entry, "a map with the new entries was expected")) return {};
      return entry;
    }
    default:
      return Type::list(type);
  }
}

Compiler::Result Compiler::comprehension(const Expr& expr) {
  Comprehension shape;
  shape.macro = expr.macro;
  shape.two_variables = !expr.variable2.empty();
  shape.has_filter = expr.children.size() == 3;
  const Result range = compile(*expr.children[0]);
  if (!range) return {};
  Type first;
  Type second;
  if (!range_types(*expr.children[0], range->type, shape.two_variables, first, second)) return {};
  shape.local = add_local(expr.variable, first);
  if (shape.two_variables) add_local(expr.variable2, second);
  std::vector<std::uint32_t> children = {range->node};
  const std::size_t outer = guards_.size();
  std::optional<Type> type;
  for (std::size_t i = 1; i < expr.children.size(); ++i) {
    const Expr& part = *expr.children[i];
    const Result checked = compile(part);
    if (!checked) return {};
    children.push_back(checked->node);
    if (i + 1 == expr.children.size()) {
      type = body_type(expr, part, checked->type, first);
    } else if (wants(part, checked->type, Type(TypeKind::kBool), "a condition was expected here")) {
      collect_guards(part, true, guards_);
    }
  }
  guards_.resize(outer);
  drop_locals(shape.two_variables ? 2 : 1);
  if (!type || fault_) return {};
  code_->comprehensions.push_back(shape);
  const auto payload = static_cast<std::uint32_t>(code_->comprehensions.size() - 1);
  return Checked{std::move(*type), emit(expr, Op::kMacro, std::move(children), payload)};
}

Compiler::Result Compiler::sort_by(const Expr& expr) {
  Comprehension shape;
  shape.macro = expr.macro;
  const Result range = compile(*expr.children[0]);
  if (!range) return {};
  const Type element = solver_.fresh();
  if (!wants(*expr.children[0], range->type, Type::list(element), "sortBy() sorts lists")) return {};
  shape.local = add_local(expr.variable, solver_.resolve(element));
  const Result key = compile(*expr.children[1]);
  drop_locals(1);
  if (!key) return {};
  code_->comprehensions.push_back(shape);
  const auto payload = static_cast<std::uint32_t>(code_->comprehensions.size() - 1);
  return Checked{Type::list(element), emit(expr, Op::kMacro, {range->node, key->node}, payload)};
}

Compiler::Result Compiler::optional_map(const Expr& expr) {
  Comprehension shape;
  shape.macro = expr.macro;
  const Result target = compile(*expr.children[0]);
  if (!target) return {};
  const Type held = solver_.fresh();
  if (!wants(*expr.children[0], target->type, Type::optional(held), "an optional value was expected")) return {};
  shape.local = add_local(expr.variable, solver_.resolve(held));
  const Result body = compile(*expr.children[1]);
  drop_locals(1);
  if (!body) return {};
  Type type = Type::optional(body->type);
  if (expr.macro == Macro::kOptionalFlatMap) {
    type = Type::optional(solver_.fresh());
    if (!wants(*expr.children[1], body->type, type, "an optional value was expected")) return {};
  }
  code_->comprehensions.push_back(shape);
  const auto payload = static_cast<std::uint32_t>(code_->comprehensions.size() - 1);
  return Checked{std::move(type), emit(expr, Op::kMacro, {target->node, body->node}, payload)};
}

}  // namespace plumb::cel
