#include "engine/lang/cel/compiler.h"

#include <algorithm>

#include "engine/lang/cel/parser.h"

namespace plumb::cel {

namespace {

using TypeKind = Type::Kind;

}  // namespace

Outcome<std::shared_ptr<const ProgramCode>> Compiler::run(const Ast& ast) {
  const Result root = compile(*ast.root);
  if (root) {
    code_->root = root->node;
    code_->type = solver_.resolve(root->type, true);
    check_result(*ast.root, code_->type);
    collect_guards(*ast.root, true, code_->proved_if_true);
    collect_guards(*ast.root, false, code_->proved_if_false);
  }
  if (fault_) return tl::make_unexpected(std::move(*fault_));
  std::sort(code_->references.begin(), code_->references.end());
  code_->references.erase(std::unique(code_->references.begin(), code_->references.end()), code_->references.end());
  return code_;
}

bool Compiler::fail(Fault fault) {
  if (!fault_) fault_ = std::move(fault);
  return false;
}

std::string Compiler::written(const Expr& expr) const {
  constexpr std::size_t kLongest = 60;
  const std::string_view source = text_.substr(expr.from, expr.to - expr.from);
  if (source.size() > kLongest || source.find('\n') != std::string_view::npos) return "this expression";
  return "`" + std::string(source) + "`";
}

Fault Compiler::fault_at(const Expr& expr, Code code, std::string summary, std::string label, std::string hint) const {
  return {code, expr.from, expr.to, std::move(summary), std::move(label), std::move(hint)};
}

std::uint32_t Compiler::constant(Value value) {
  code_->constants.push_back(std::move(value));
  return static_cast<std::uint32_t>(code_->constants.size() - 1);
}

std::uint32_t Compiler::emit(const Expr& expr, Op op, std::vector<std::uint32_t> children, std::uint32_t payload) {
  Node node;
  node.op = op;
  node.optional = expr.optional;
  node.count = static_cast<std::uint16_t>(children.size());
  node.first = static_cast<std::uint32_t>(code_->children.size());
  node.payload = payload;
  node.begin = expr.from;
  node.end = expr.to;
  code_->children.insert(code_->children.end(), children.begin(), children.end());
  code_->nodes.push_back(node);
  return static_cast<std::uint32_t>(code_->nodes.size() - 1);
}

Compiler::Result Compiler::make_literal(const Expr& expr, Value value, Type type) {
  return Checked{std::move(type), emit(expr, Op::kConstant, {}, constant(std::move(value)))};
}

Compiler::Result Compiler::or_error(const Expr& expr, Fault fault) {
  if (options_.check) {
    fail(std::move(fault));
    return {};
  }
  Value error = Value::error(fault.code, std::move(fault.summary), std::move(fault.hint));
  return make_literal(expr, std::move(error).at(expr.from, expr.to), Type());
}

Compiler::Result Compiler::compile(const Expr& expr) {
  Result result = compile_node(expr);
  if (!result) return {};
  // Without the checker nothing is known, and what fits is found out at run time.
  if (!options_.check) result->type = Type();
  return result;
}

Compiler::Result Compiler::compile_node(const Expr& expr) {
  switch (expr.kind) {
    case Expr::Kind::kLiteral:
      return literal(expr);
    case Expr::Kind::kName:
      return name(expr);
    case Expr::Kind::kSelect:
      return select(expr);
    case Expr::Kind::kHas:
      return has(expr);
    case Expr::Kind::kIndex:
      return index(expr);
    case Expr::Kind::kCall:
      return call(expr);
    case Expr::Kind::kAnd:
      return logic(expr, Op::kAnd);
    case Expr::Kind::kOr:
      return logic(expr, Op::kOr);
    case Expr::Kind::kConditional:
      return conditional(expr);
    case Expr::Kind::kList:
      return list(expr);
    case Expr::Kind::kMap:
      return map(expr);
    case Expr::Kind::kMacro:
      if (expr.macro == Macro::kOptionalMap || expr.macro == Macro::kOptionalFlatMap) return optional_map(expr);
      return expr.macro == Macro::kSortBy ? sort_by(expr) : comprehension(expr);
    case Expr::Kind::kBind:
      return bind(expr);
    case Expr::Kind::kBlock:
      return block(expr);
  }
  return {};
}

Compiler::Result Compiler::literal(const Expr& expr) {
  const auto type_of = [&] {
    switch (expr.value.kind()) {
      case Kind::kNull:
        return TypeKind::kNull;
      case Kind::kBool:
        return TypeKind::kBool;
      case Kind::kInt:
        return TypeKind::kInt;
      case Kind::kUint:
        return TypeKind::kUint;
      case Kind::kDouble:
        return TypeKind::kDouble;
      case Kind::kBytes:
        return TypeKind::kBytes;
      default:
        return TypeKind::kString;
    }
  };
  return make_literal(expr, expr.value, Type(type_of()));
}

bool Compiler::wants(const Expr& expr, const Type& given, const Type& wanted, std::string_view purpose) {
  if (!options_.check || solver_.assign(given, wanted)) return true;
  const Type type = solver_.resolve(given, true);
  if (type.is(TypeKind::kNullable) && solver_.assign(type.parameter(0), wanted)) return fail(may_be_null(expr, type));
  return fail(fault_at(expr, Code::kExpressionType, written(expr) + " is " + type.str() + ", not " + wanted.str(),
                       std::string(purpose)));
}

bool Compiler::check_result(const Expr& root, const Type& type) {
  if (!options_.wanted || !options_.check) return true;
  const Type& wanted = *options_.wanted;
  // Schemas call int and uint numbers too, and an object literal is a record if its fields are right, which the
  // schema sees when there are values.
  const bool number = wanted.is(TypeKind::kDouble) && (type.is(TypeKind::kInt) || type.is(TypeKind::kUint));
  const bool object = wanted.is(TypeKind::kRecord) && type.is(TypeKind::kMap);
  if (number || object || solver_.assign(type, wanted)) return true;
  if (type.is(TypeKind::kNullable) && solver_.assign(type.parameter(0), wanted)) return fail(may_be_null(root, type));
  std::string hint;
  if (wanted.is(TypeKind::kString)) hint = "convert it with string(…)";
  if (wanted.is(TypeKind::kInt)) hint = "convert it with int(…)";
  if (type.is(TypeKind::kOptional)) hint = "say what holds without a value: ….orValue(…)";
  return fail(fault_at(root, Code::kExpressionType, "the expression gives " + type.str() + ", not " + wanted.str(),
                       "a value of type " + wanted.str() + " was expected", std::move(hint)));
}

Compiler::Result Compiler::logic(const Expr& expr, Op op) {
  const std::size_t outer = guards_.size();
  std::vector<std::uint32_t> children;
  for (const Expr* term : expr.children) {
    const Result checked = compile(*term);
    if (!checked || !wants(*term, checked->type, Type(TypeKind::kBool), "a condition was expected here")) return {};
    children.push_back(checked->node);
    // What follows is only asked where this term did not decide.
    collect_guards(*term, op == Op::kAnd, guards_);
  }
  guards_.resize(outer);
  return Checked{Type(TypeKind::kBool), emit(expr, op, std::move(children))};
}

Compiler::Result Compiler::conditional(const Expr& expr) {
  const Result condition = compile(*expr.children[0]);
  if (!condition) return {};
  if (!wants(*expr.children[0], condition->type, Type(TypeKind::kBool), "a condition was expected before `?`"))
    return {};
  const std::size_t outer = guards_.size();
  collect_guards(*expr.children[0], true, guards_);
  const Result yes = compile(*expr.children[1]);
  guards_.resize(outer);
  collect_guards(*expr.children[0], false, guards_);
  const Result no = compile(*expr.children[2]);
  guards_.resize(outer);
  if (!yes || !no) return {};
  Type type = solver_.join(yes->type, no->type);
  const Type one = solver_.resolve(yes->type);
  const Type other = solver_.resolve(no->type);
  const bool either_dyn = one.is_dyn() || other.is_dyn();
  const bool either_null = one.is(TypeKind::kNull) || other.is(TypeKind::kNull);
  if (type.is_dyn() && !either_dyn && either_null) {
    type = Type::nullable(one.is(TypeKind::kNull) ? other : one);
  } else if (options_.check && type.is_dyn() && !either_dyn) {
    fail({Code::kNoOverload, expr.begin, expr.end,
          "`?:` has two types: " + solver_.resolve(yes->type, true).str() + " and " +
              solver_.resolve(no->type, true).str(),
          "both values must have one type", "if that is meant, write dyn(…) around one of them"});
    return {};
  }
  return Checked{std::move(type), emit(expr, Op::kConditional, {condition->node, yes->node, no->node})};
}

bool Compiler::entry_type(const Expr& entry, bool optional, Result& checked, std::optional<Type>& joined) {
  checked = compile(entry);
  if (!checked) return false;
  Type type = checked->type;
  if (optional) {
    const Type held = solver_.fresh();
    if (!wants(entry, type, Type::optional(held), "`?` asks for an optional value")) return false;
    type = held;
  }
  joined = joined ? solver_.join(*joined, type) : type;
  return true;
}

Compiler::Result Compiler::list(const Expr& expr) {
  std::optional<Type> element;
  std::vector<std::uint32_t> children;
  for (std::size_t i = 0; i < expr.children.size(); ++i) {
    Result checked;
    if (!entry_type(*expr.children[i], expr.optionals[i], checked, element)) return {};
    children.push_back(checked->node);
  }
  code_->optionals.push_back(expr.optionals);
  const auto flags = static_cast<std::uint32_t>(code_->optionals.size() - 1);
  Type type = Type::list(element ? *element : solver_.fresh());
  return Checked{std::move(type), emit(expr, Op::kList, std::move(children), flags)};
}

Compiler::Result Compiler::map(const Expr& expr) {
  std::optional<Type> key_type;
  std::optional<Type> value_type;
  std::vector<std::uint32_t> children;
  for (std::size_t i = 0; i < expr.children.size(); i += 2) {
    Result key;
    Result value;
    if (!entry_type(*expr.children[i], false, key, key_type)) return {};
    const Type type = solver_.resolve(key->type, true);
    const bool allowed = type.is_dyn() || type.is(TypeKind::kString) || type.is(TypeKind::kInt) ||
                         type.is(TypeKind::kUint) || type.is(TypeKind::kBool);
    if (!allowed) {
      fail(fault_at(*expr.children[i], Code::kExpressionType, "a key of a map cannot be " + type.str(),
                    "keys are string, int, uint or bool"));
      return {};
    }
    if (!entry_type(*expr.children[i + 1], expr.optionals[i / 2], value, value_type)) return {};
    children.push_back(key->node);
    children.push_back(value->node);
  }
  code_->optionals.push_back(expr.optionals);
  const auto flags = static_cast<std::uint32_t>(code_->optionals.size() - 1);
  Type type = Type::map(key_type ? *key_type : solver_.fresh(), value_type ? *value_type : solver_.fresh());
  return Checked{std::move(type), emit(expr, Op::kMap, std::move(children), flags)};
}

std::uint32_t Compiler::add_local(const std::string& name, Type type) {
  const auto index = static_cast<std::uint32_t>(locals_.size());
  locals_.push_back({name, std::move(type), index});
  code_->locals = std::max(code_->locals, index + 1);
  return index;
}

void Compiler::drop_locals(std::size_t count) {
  locals_.resize(locals_.size() - count);
}

Compiler::Result Compiler::bind(const Expr& expr) {
  const Result init = compile(*expr.children[0]);
  if (!init) return {};
  const std::uint32_t local = add_local(expr.variable, init->type);
  const Result body = compile(*expr.children[1]);
  drop_locals(1);
  if (!body) return {};
  return Checked{body->type, emit(expr, Op::kBind, {init->node, body->node}, local)};
}

Compiler::Result Compiler::block(const Expr& expr) {
  const std::size_t slots = expr.children.size() - 1;
  const auto first = static_cast<std::uint32_t>(locals_.size());
  std::vector<std::uint32_t> children;
  Type type;
  for (std::size_t i = 0; i <= slots; ++i) {
    const Result checked = compile(*expr.children[i]);
    if (!checked) return {};
    children.push_back(checked->node);
    type = checked->type;
    if (i < slots) add_local("@index:" + std::to_string(i), type);
  }
  drop_locals(slots);
  return Checked{std::move(type), emit(expr, Op::kBlock, std::move(children), first)};
}

}  // namespace plumb::cel
