// Calls and operators: which overloads a call may take, and the node that takes them.
#include <algorithm>

#include "engine/lang/cel/compiler.h"
#include "engine/lang/cel/library.h"

namespace plumb::cel {
namespace {

using TypeKind = Type::Kind;

// Pieces that one concatenation joins at most; longer chains are joined in groups.
constexpr std::size_t kMostPieces = 16;

std::optional<Op> operator_of(std::string_view name) {
  constexpr std::pair<std::string_view, Op> kOperators[] = {
      {"_+_", Op::kAdd},        {"_==_", Op::kEqual},  {"_!=_", Op::kNotEqual},     {"_<_", Op::kLess},
      {"_<=_", Op::kLessEqual}, {"_>_", Op::kGreater}, {"_>=_", Op::kGreaterEqual}, {"!_", Op::kNot},
  };
  for (const auto& [written, op] : kOperators) {
    if (written == name) return op;
  }
  return {};
}

std::optional<std::string> dotted_name(const Expr& expr) {
  if (expr.kind == Expr::Kind::kName) return expr.name;
  if (expr.kind != Expr::Kind::kSelect || expr.optional) return {};
  auto prefix = dotted_name(*expr.children[0]);
  if (prefix) *prefix += "." + expr.name;
  return prefix;
}

const Expr& first_of(const Expr& expr) {
  return expr.kind == Expr::Kind::kSelect ? first_of(*expr.children[0]) : expr;
}

}  // namespace

// The full name of a function that is written `name` in the environment's container; empty where there is none.
std::string Compiler::declared_function(const std::string& name, bool absolute) const {
  std::string container = absolute ? "" : environment_.container();
  while (!container.empty()) {
    if (std::string full = container + "." + name; environment_.has_function(full)) return full;
    const std::size_t dot = container.rfind('.');
    container.resize(dot == std::string::npos ? 0 : dot);
  }
  return environment_.has_function(name) ? name : "";
}

// `math.ceil(x)` is a function of the namespace math, `text.size()` a method of text.
Compiler::Call Compiler::called(const Expr& expr) const {
  Call call{expr.name, {expr.children.begin(), expr.children.end()}, expr.receiver};
  if (!expr.receiver) {
    if (std::string name = declared_function(expr.name, expr.absolute); !name.empty()) call.name = std::move(name);
    return call;
  }
  const Expr& target = *expr.children[0];
  const auto prefix = dotted_name(target);
  if (!prefix || find_local(first_of(target).name).kind != Meaning::Kind::kNone) return call;
  std::string name = declared_function(*prefix + "." + expr.name, first_of(target).absolute);
  if (name.empty()) return call;
  call.name = std::move(name);
  call.receiver = false;
  call.arguments.erase(call.arguments.begin());
  return call;
}

Compiler::Result Compiler::call(const Expr& expr) {
  const Call call = called(expr);
  if (!environment_.has_function(call.name)) return or_error(expr, unknown_function(expr, call));
  std::vector<Type> types;
  std::vector<std::uint32_t> children;
  for (const Expr* argument : call.arguments) {
    const Result checked = compile(*argument);
    if (!checked) return {};
    types.push_back(checked->type);
    children.push_back(checked->node);
  }
  return finish_call(expr, call, std::move(types), std::move(children));
}

Compiler::Result Compiler::finish_call(const Expr& expr, const Call& call, std::vector<Type> types,
                                       std::vector<std::uint32_t> children) {
  const std::vector<const Overload*> overloads = environment_.find_overloads(call.name);
  std::vector<const Overload*> chosen;
  Type result;
  if (!choose(overloads, call, types, chosen, result)) return or_error(expr, no_overload(expr, call, std::move(types)));
  if (call.name == "format" && !check_format(call)) return {};
  if (call.name == "versionCompare" && !check_version_scheme(call)) return {};
  const std::uint32_t node = emit_call(expr, call, chosen, result, std::move(children));
  return Checked{std::move(result), node};
}

// Where both the text and the list are written out, each value must have its place.
bool Compiler::check_format(const Call& call) {
  if (!options_.check || !call.receiver) return true;
  const Expr& pattern = *call.arguments[0];
  const Expr& values = *call.arguments[1];
  const bool literal = pattern.kind == Expr::Kind::kLiteral && pattern.value.is(Kind::kString);
  if (!literal || values.kind != Expr::Kind::kList ||
      std::count(values.optionals.begin(), values.optionals.end(), true) > 0) {
    return true;
  }
  const std::size_t wanted = count_conversions(pattern.value.as_text());
  const std::size_t given = values.children.size();
  if (wanted == given) return true;
  return fail(fault_at(values, Code::kExpressionType,
                       "the text has " + std::to_string(wanted) + (wanted == 1 ? " place" : " places") +
                           " for values, the list " + std::to_string(given),
                       given > wanted ? "too many values" : "too few values",
                       given > wanted ? "" : "`%%` is a literal `%`"));
}

bool Compiler::check_version_scheme(const Call& call) {
  const Expr& scheme = *call.arguments.back();
  const bool literal = scheme.kind == Expr::Kind::kLiteral && scheme.value.is(Kind::kString);
  if (!options_.check || !literal || is_version_scheme(scheme.value.as_text())) return true;
  return fail(
      fault_at(scheme, Code::kExpressionType, "versions are not compared as " + written(scheme), "", kVersionSchemes));
}

bool Compiler::choose(std::span<const Overload* const> overloads, const Call& call, const std::vector<Type>& types,
                      std::vector<const Overload*>& chosen, Type& result) {
  for (const Overload* overload : overloads) {
    if (overload->receiver != call.receiver || overload->parameters.size() != types.size()) continue;
    if (!options_.check) {
      chosen.push_back(overload);
      continue;
    }
    std::vector<Type> wanted = solver_.instantiate(overload->parameters, overload->result);
    Type own = std::move(wanted.back());
    wanted.pop_back();
    if (!solver_.assign(types, wanted)) continue;
    own = solver_.resolve(own);
    const bool first = chosen.empty();
    chosen.push_back(overload);
    // Overloads that cannot be told apart before run time and give different types give dyn.
    if (first) {
      result = std::move(own);
    } else if (!(own == result)) {
      result = Type();
    }
  }
  return !chosen.empty();
}

std::uint32_t Compiler::emit_call(const Expr& expr, const Call& call, const std::vector<const Overload*>& chosen,
                                  const Type& type, std::vector<std::uint32_t> children) {
  if (const auto op = operator_of(call.name)) {
    const bool strings = *op == Op::kAdd && options_.check && type.is(TypeKind::kString) && chosen.size() == 1;
    if (strings) return concatenate(expr, children);
    return emit(expr, *op, std::move(children));
  }
  if (call.name == "string" && options_.check && children.size() == 1)
    return emit(expr, Op::kText, std::move(children));
  Dispatch dispatch;
  dispatch.name = call.name;
  for (const Overload* overload : chosen) {
    dispatch.candidates.push_back({overload->implementation, overload->kinds});
    if (!overload->prepare || children.size() < 2) continue;
    const Node& argument = code_->nodes[children[1]];
    if (argument.op == Op::kConstant) dispatch.prepared = overload->prepare(code_->constants[argument.payload]);
  }
  // A method may have the name of one of the embedder's functions.
  if (const Function* own = environment_.own_functions().find(call.name)) {
    const auto is_own = [&](const Overload& one) {
      return std::find(chosen.begin(), chosen.end(), &one) != chosen.end();
    };
    if (std::any_of(own->overloads.begin(), own->overloads.end(), is_own)) code_->calls_host = true;
  }
  code_->dispatches.push_back(std::move(dispatch));
  const auto payload = static_cast<std::uint32_t>(code_->dispatches.size() - 1);
  return emit(expr, Op::kCall, std::move(children), payload);
}

// `a + b + c` of strings is one node, which copies each piece once.
std::uint32_t Compiler::concatenate(const Expr& expr, const std::vector<std::uint32_t>& children) {
  const Node left = code_->nodes[children[0]];
  std::vector<std::uint32_t> pieces;
  if (left.op == Op::kConcatenate && left.count < kMostPieces) {
    for (std::size_t i = 0; i < left.count; ++i) pieces.push_back(code_->child(left, i));
  } else {
    pieces.push_back(children[0]);
  }
  pieces.push_back(children[1]);
  return emit(expr, Op::kConcatenate, std::move(pieces));
}

Compiler::Result Compiler::record_index(const Expr& expr, const Type& record, std::uint32_t operand) {
  const Expr& key = *expr.children[1];
  Expr field = expr;
  field.kind = Expr::Kind::kSelect;
  field.name = key.value.as_text();
  field.begin = key.begin;
  field.end = key.end;
  Type type;
  if (!select_type(field, record, type)) return {};
  return Checked{narrowed(field, std::move(type)), emit(field, Op::kSelect, {operand}, constant(key.value))};
}

Compiler::Result Compiler::index(const Expr& expr) {
  const std::size_t before = code_->references.size();
  const Result operand = compile(*expr.children[0]);
  if (!operand) return {};
  const Expr& key = *expr.children[1];
  const Type type = solver_.resolve(operand->type);
  if (type.is(TypeKind::kRecord) && key.kind == Expr::Kind::kLiteral && key.value.is(Kind::kString)) {
    Expr field = expr;
    field.name = key.value.as_text();
    extend_reference(field, before);
    return record_index(expr, type, operand->node);
  }
  const Result by = compile(key);
  if (!by) return {};
  const Call call{expr.optional ? "_[?_]" : "_[_]", {expr.children[0], expr.children[1]}, false};
  // Asked with `[?]`, null has no element.
  const bool may_be_null = expr.optional && type.is(TypeKind::kNullable);
  const std::vector<Type> types = {may_be_null ? type.parameter(0) : operand->type, by->type};
  std::vector<const Overload*> chosen;
  Type result;
  if (!choose(environment_.find_overloads(call.name), call, types, chosen, result)) {
    return or_error(expr, no_overload(expr, call, types));
  }
  return Checked{std::move(result), emit(expr, Op::kIndex, {operand->node, by->node})};
}

}  // namespace plumb::cel
