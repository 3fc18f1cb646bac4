// Names and fields: what they stand for, and what to say where they stand for nothing.
#include <algorithm>
#include <array>

#include "engine/base/nearest.h"
#include "engine/lang/cel/compiler.h"
#include "engine/lang/cel/elsewhere.h"

namespace plumb::cel {
namespace {

using TypeKind = Type::Kind;

struct TypeName {
  std::string_view name;
  std::string_view runtime_name;
};

constexpr TypeName kTypeNames[] = {
    {"bool", "bool"},
    {"int", "int"},
    {"uint", "uint"},
    {"double", "double"},
    {"string", "string"},
    {"bytes", "bytes"},
    {"list", "list"},
    {"map", "map"},
    {"null_type", "null_type"},
    {"type", "type"},
    {"optional_type", "optional_type"},
    {"google.protobuf.Timestamp", "google.protobuf.Timestamp"},
    {"google.protobuf.Duration", "google.protobuf.Duration"},
    {"net.IP", "net.IP"},
    {"net.CIDR", "net.CIDR"},
};

// "a.b.c" of a chain of names; nothing where it has anything else in it.
std::optional<std::string> dotted(const Expr& expr, bool& absolute) {
  if (expr.kind == Expr::Kind::kName) {
    absolute = expr.absolute;
    return expr.name;
  }
  if (expr.kind != Expr::Kind::kSelect || expr.optional) return {};
  auto prefix = dotted(*expr.children[0], absolute);
  if (prefix) *prefix += "." + expr.name;
  return prefix;
}

const Expr& root_of(const Expr& expr) {
  return expr.kind == Expr::Kind::kSelect || expr.kind == Expr::Kind::kHas ? root_of(*expr.children[0]) : expr;
}

std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kMost ? text + ", …" : text;
}

}  // namespace

Compiler::Meaning Compiler::find_local(std::string_view name) const {
  const auto found =
      std::find_if(locals_.rbegin(), locals_.rend(), [&](const Local& local) { return local.name == name; });
  if (found == locals_.rend()) return {};
  return {Meaning::Kind::kLocal, found->index, found->type, {}};
}

// In the container "a.b" the name x may be a.b.x, a.x or x.
Compiler::Meaning Compiler::find_declared(std::string_view name, bool absolute) const {
  std::string container = absolute ? "" : environment_.container();
  while (true) {
    const std::string candidate = container.empty() ? std::string(name) : container + "." + std::string(name);
    if (const int slot = environment_.find_variable(candidate); slot >= 0) {
      const auto index = static_cast<std::uint32_t>(slot);
      return {Meaning::Kind::kVariable, index, environment_.variables()[index].type, {}};
    }
    for (const TypeName& known : kTypeNames) {
      if (candidate != known.name) continue;
      std::string_view text = known.name;
      Type type;
      parse_type(text, type);
      return {Meaning::Kind::kType, 0, Type::type_of(type), std::string(known.runtime_name)};
    }
    if (container.empty()) return {};
    const std::size_t dot = container.rfind('.');
    container.resize(dot == std::string::npos ? 0 : dot);
  }
}

// Of a name or a whole chain of names; the names that macros make come before all that is declared.
Compiler::Meaning Compiler::meaning_of(const Expr& expr) const {
  const Expr& root = root_of(expr);
  if (root.kind == Expr::Kind::kName && !root.absolute) {
    Meaning local = find_local(root.name);
    if (local.kind != Meaning::Kind::kNone) return &root == &expr ? local : Meaning{};
  }
  bool absolute = false;
  const auto name = dotted(expr, absolute);
  return name ? find_declared(*name, absolute) : Meaning{};
}

Compiler::Result Compiler::use(const Expr& expr, const Meaning& meaning) {
  switch (meaning.kind) {
    case Meaning::Kind::kLocal:
      return Checked{narrowed(expr, meaning.type), emit(expr, Op::kLocal, {}, meaning.index)};
    case Meaning::Kind::kVariable:
      return Checked{narrowed(expr, meaning.type), emit(expr, Op::kVariable, {}, meaning.index)};
    case Meaning::Kind::kType:
      return make_literal(expr, Value::type(meaning.type_name), meaning.type);
    case Meaning::Kind::kNone:
      break;
  }
  return {};
}

Fault Compiler::unknown_name(const Expr& expr) const {
  std::vector<std::string> known;
  for (const Local& local : locals_) known.push_back(local.name);
  for (const Variable& variable : environment_.variables()) known.push_back(variable.name);
  std::erase_if(known, [](const std::string& name) { return name.starts_with('@'); });
  std::sort(known.begin(), known.end());
  const std::string near = nearest(expr.name, known);
  std::string hint;
  if (near.empty() && !known.empty()) hint = "known here: " + some_of(known);
  // `${HOME}` is an expression.
  const bool shells = std::all_of(expr.name.begin(), expr.name.end(),
                                  [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
  if (near.empty() && shells) {
    hint = "for a shell's variable write $" + expr.name + " or $${" + expr.name + "}";
  }
  // An input or value without what it is an input or value of.
  const std::string_view instead = instead_of_name(expr.name);
  for (const Variable& variable : environment_.variables()) {
    if (!variable.type.is(Type::Kind::kRecord) || (variable.name == "host" && !instead.empty())) continue;
    const auto& fields = variable.type.record_fields().fields;
    if (std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return field.name == expr.name; }))
      return fault_at(expr, Code::kUnknownName, "nothing here is called `" + expr.name + "`",
                      "did you mean `" + variable.name + "." + expr.name + "`?", {});
  }
  if (!instead.empty()) hint = instead;
  if (environment_.has_function(expr.name)) hint = "`" + expr.name + "` is a function: " + expr.name + "(…)";
  return fault_at(expr, Code::kUnknownName, "nothing here is called `" + expr.name + "`",
                  near.empty() || !instead.empty() ? "" : "did you mean `" + near + "`?", std::move(hint));
}

Compiler::Result Compiler::name(const Expr& expr) {
  const Meaning meaning = meaning_of(expr);
  if (meaning.kind == Meaning::Kind::kNone) return or_error(expr, unknown_name(expr));
  if (meaning.kind == Meaning::Kind::kVariable) refer(expr);
  return use(expr, meaning);
}

// Notes which fields of which variable are read: `expr` is the whole chain.
void Compiler::refer(const Expr& expr) {
  std::vector<std::string> path;
  const Expr* at = &expr;
  Meaning meaning = meaning_of(*at);
  while (meaning.kind != Meaning::Kind::kVariable) {
    path.insert(path.begin(), at->name);
    at = at->children[0];
    meaning = meaning_of(*at);
  }
  code_->references.push_back({static_cast<int>(meaning.index), std::move(path), expr.from});
}

// The longer path stands for the shorter one that the operand noted.
void Compiler::extend_reference(const Expr& expr, std::size_t before) {
  if (code_->references.size() == before + 1 && path_of(*expr.children[0])) {
    code_->references.back().path.push_back(expr.name);
  }
}

Compiler::Result Compiler::select(const Expr& expr) {
  if (!expr.optional) {
    const Meaning meaning = meaning_of(expr);
    if (meaning.kind == Meaning::Kind::kVariable) refer(expr);
    if (meaning.kind != Meaning::Kind::kNone) return use(expr, meaning);
  }
  const std::size_t before = code_->references.size();
  const Result operand = compile(*expr.children[0]);
  if (!operand) return {};
  extend_reference(expr, before);
  Type type;
  if (!select_type(expr, operand->type, type)) return {};
  const std::uint32_t field = constant(Value::string(expr.name));
  return Checked{narrowed(expr, std::move(type)), emit(expr, Op::kSelect, {operand->node}, field)};
}

Compiler::Result Compiler::has(const Expr& expr) {
  const std::size_t before = code_->references.size();
  const Result operand = compile(*expr.children[0]);
  if (!operand) return {};
  extend_reference(expr, before);
  Type type;
  if (!select_type(expr, operand->type, type)) return {};
  const std::uint32_t field = constant(Value::string(expr.name));
  return Checked{Type(TypeKind::kBool), emit(expr, Op::kHas, {operand->node}, field)};
}

bool Compiler::record_field(const Expr& expr, const Type& operand, Type& result) {
  const Record& record = operand.record_fields();
  if (const Field* field = record.find(expr.name)) {
    result = field->type;
    const bool asks = expr.kind == Expr::Kind::kHas || expr.optional;
    if (!field->optional || asks) return true;
    const auto path = path_of(expr);
    if (path && guarded(*path, true)) return true;
    const std::string whole = std::string(text_.substr(expr.from, expr.to - expr.from));
    const Expr& root = root_of(expr);
    std::string of_elements;
    if (root.kind == Expr::Kind::kName && find_local(root.name).kind == Meaning::Kind::kLocal)
      of_elements = "; or take those that have it: xs.map(" + root.name + ", has(" + whole + "), …)";
    return fail({Code::kMayBeNull, expr.begin, expr.end, written(expr) + " may be absent", "this field is optional",
                 "guard it: has(" + whole + ") ? " + whole + " : …" + of_elements});
  }
  if (record.open) return true;
  std::vector<std::string> names;
  for (const Field& field : record.fields) names.push_back(field.name);
  std::string near = nearest(expr.name, names);
  // One level below: facts.local.rack for facts.rack.
  for (const Field& field : record.fields) {
    if (near.empty() && field.type.is(TypeKind::kRecord) && field.type.record_fields().find(expr.name) != nullptr)
      near = field.name + "." + expr.name;
  }
  // facts.os.family for facts.os_family.
  for (const Field& field : record.fields) {
    if (!field.type.is(TypeKind::kRecord) || !expr.name.starts_with(field.name + "_")) continue;
    const std::string below = expr.name.substr(field.name.size() + 1);
    if (field.type.record_fields().find(below) != nullptr) near = field.name + "." + below;
  }
  std::string hint = names.empty() ? "none is declared" : "it has " + some_of(names);
  // `modules.my-site` is a subtraction.
  for (const std::string& name : names) {
    if (!name.starts_with(expr.name + "-")) continue;
    const Expr& owner = *expr.children[0];
    hint = "write " + std::string(text_.substr(owner.from, owner.to - owner.from)) + "['" + name + "']";
    break;
  }
  return fail({Code::kUnknownField, expr.begin, expr.end,
               written(*expr.children[0]) + " has no field `" + expr.name + "`",
               near.empty() ? "" : "did you mean `" + near + "`?", std::move(hint)});
}

bool Compiler::select_type(const Expr& expr, const Type& operand, Type& result) {
  if (!options_.check) return true;
  Type target = solver_.resolve(operand);
  const bool optional = target.is(TypeKind::kOptional);
  if (optional) target = solver_.resolve(target.parameter(0));
  if (target.is(TypeKind::kNullable)) {
    // Asked with `.?`, null has no field.
    if (!expr.optional) return fail(may_be_null(*expr.children[0], target));
    target = target.parameter(0);
  }
  switch (target.kind()) {
    case TypeKind::kDyn:
      break;
    case TypeKind::kParameter:
      solver_.assign(Type(), target);
      break;
    case TypeKind::kMap: {
      if (!wants(expr, Type(TypeKind::kString), target.parameter(0), "the keys of this map are no strings"))
        return false;
      result = target.parameter(1);
      break;
    }
    case TypeKind::kRecord:
      if (!record_field(expr, target, result)) return false;
      break;
    default:
      return fail({Code::kExpressionType, expr.begin, expr.end,
                   written(*expr.children[0]) + " is " + solver_.resolve(operand, true).str() + " and has no fields",
                   "a field of a map was expected",
                   std::string(expr.name == "key" || expr.name == "value"
                                   ? "in a template two names walk over a map: %{ for key, value in m }"
                                   : instead_of_function(expr.name))});
  }
  if (optional || expr.optional) result = Type::optional(result);
  return true;
}

}  // namespace plumb::cel
