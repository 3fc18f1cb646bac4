// What to say of a call that takes no overload, or of a function that is not there.
#include <algorithm>
#include <iterator>

#include "engine/base/joined.h"
#include "engine/base/nearest.h"
#include "engine/lang/cel/compiler.h"
#include "engine/lang/cel/elsewhere.h"

namespace plumb::cel {
namespace {

using TypeKind = Type::Kind;

// "_+_" is written `+`.
std::string symbol_of(std::string_view name) {
  if (name == "@in") return "in";
  if (name == "math.@max") return "math.greatest";
  if (name == "math.@min") return "math.least";
  if (is_writable(name)) return std::string(name);
  if (name.starts_with("_[")) return "[]";
  std::string symbol(name);
  std::erase(symbol, '_');
  return symbol;
}

std::string list_of(const std::vector<Type>& types) {
  std::string text;
  for (std::size_t i = 0; i < types.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == types.size() ? " and " : ", ") + types[i].str();
  }
  return text;
}

bool is_number(const Type& type) {
  return type.is(TypeKind::kInt) || type.is(TypeKind::kUint) || type.is(TypeKind::kDouble);
}

// Macros, which are known by their arguments too.
bool is_of_elements(std::string_view name) {
  constexpr std::string_view kNames[] = {"all", "exists", "exists_one", "filter", "map", "sortBy"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

std::string operator_hint(std::string_view name, const std::vector<Type>& types) {
  if (types.size() != 2) return {};
  const Type& a = types[0];
  const Type& b = types[1];
  if (name == "_+_" && a.is(TypeKind::kList)) return "to add one element, write x + [y]";
  const auto is_map = [](const Type& type) { return type.is(TypeKind::kMap) || type.is(TypeKind::kRecord); };
  if (name == "_+_" && is_map(a) && is_map(b)) return "write a.merge(b), or a.mergeDeep(b) for maps within maps";
  if (name == "_%_" && a.is(TypeKind::kString)) return "write x.format([…])";
  if (name.starts_with("_[") && a.is(TypeKind::kString)) return "write x.charAt(i), or x.substring(from, to)";
  if (name == "_+_" && (a.is(TypeKind::kString) || b.is(TypeKind::kString))) return "convert the other side: string(…)";
  if (is_number(a) && is_number(b)) return "convert one side: " + a.str() + "(…) or " + b.str() + "(…)";
  if ((name == "_==_" || name == "_!=_") && (a.is(TypeKind::kNull) || b.is(TypeKind::kNull))) {
    return (a.is(TypeKind::kNull) ? b : a).str() + " is never null";
  }
  if (name == "_==_" || name == "_!=_") return "values of two types are never equal; convert one side";
  return {};
}

}  // namespace

Fault Compiler::unknown_function(const Expr& expr, const Call& call) const {
  const std::vector<std::string> known = environment_.function_names();
  const std::string near = nearest(call.name, known);
  std::string hint;
  if (find_declared(call.name, false).kind == Meaning::Kind::kVariable)
    hint = "`" + call.name + "` is a value, not a function";
  // `ceil(x)` for `math.ceil(x)`
  for (const std::string& name : known) {
    if (near.empty() && name.ends_with("." + call.name)) hint = "there is " + name + "(…)";
  }
  const std::string_view instead = instead_of_function(call.name);
  if (!instead.empty()) hint = instead;
  const bool of_elements = is_of_elements(call.name);
  if (of_elements) hint = "a name for an element comes first: xs." + call.name + "(x, …)";
  return {Code::kUnknownFunction,
          expr.begin,
          expr.end,
          "there is no function `" + call.name + "`",
          near.empty() || of_elements || !instead.empty() ? "" : "did you mean `" + near + "`?",
          std::move(hint)};
}

Fault Compiler::no_overload(const Expr& expr, const Call& call, std::vector<Type> types) {
  const std::vector<const Overload*> overloads = environment_.find_overloads(call.name);
  std::vector<Type> certain;
  const Expr* nullable = nullptr;
  for (std::size_t i = 0; i < types.size(); ++i) {
    types[i] = solver_.resolve(types[i], true);
    const bool may_be_null = types[i].is(TypeKind::kNullable);
    if (may_be_null && !nullable) nullable = call.arguments[i];
    certain.push_back(may_be_null ? types[i].parameter(0) : types[i]);
  }
  std::vector<const Overload*> chosen;
  Type result;
  if (nullable && choose(overloads, call, certain, chosen, result)) return may_be_null(*nullable, types[0]);

  const std::string symbol = symbol_of(call.name);
  if (!is_writable(call.name) && symbol.find('.') == std::string::npos) {
    return {Code::kNoOverload,
            expr.begin,
            expr.end,
            "`" + symbol + "` does not take " + list_of(types),
            "these types do not go together",
            operator_hint(call.name, types)};
  }
  std::string signatures;
  for (const Overload* overload : overloads) {
    append_item(signatures, overload->signature(symbol), "; ");
  }
  std::vector<Type> given(types.begin() + (call.receiver ? 1 : 0), types.end());
  std::string summary = "`" + symbol + "` does not take " + (given.empty() ? "no arguments" : list_of(given));
  if (call.receiver) summary += " on " + types[0].str();
  return {Code::kNoOverload, expr.begin, expr.end, std::move(summary), "no form of it fits", std::move(signatures)};
}

}  // namespace plumb::cel
