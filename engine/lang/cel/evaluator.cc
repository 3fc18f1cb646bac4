#include "engine/lang/cel/evaluator.h"

#include <array>
#include <charconv>
#include <cstring>

#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/operators.h"

namespace plumb::cel {

const Value& Evaluator::fail(const Node& node, Value& scratch, Value error) {
  scratch = std::move(error).at(node.begin, node.end);
  return scratch;
}

// For a value that must outlive what it stands in.
const Value& Evaluator::keep(const Value& value, Value& scratch) {
  if (&value != &scratch) scratch = value;
  return scratch;
}

const Value& Evaluator::evaluate(std::uint32_t index_of_node, Value& scratch) {
  const Node& node = code_.nodes[index_of_node];
  if (!budget_.step()) return fail(node, scratch, cost_exceeded());
  switch (node.op) {
    case Op::kConstant:
      return code_.constants[node.payload];
    case Op::kVariable:
      return variable(node, scratch);
    case Op::kLocal:
      return locals_[node.payload];
    case Op::kSelect:
      return select(node, scratch);
    case Op::kHas:
      return has(node, scratch);
    case Op::kIndex:
      return index(node, scratch);
    case Op::kCall:
      return call(node, scratch);
    case Op::kAnd:
    case Op::kOr:
      return logic(node, scratch);
    case Op::kConditional:
      return conditional(node, scratch);
    case Op::kAdd:
    case Op::kEqual:
    case Op::kNotEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kGreater:
    case Op::kGreaterEqual:
      return binary(node, scratch);
    case Op::kConcatenate:
      return concatenate(node, scratch);
    case Op::kText:
      return text(node, scratch);
    case Op::kNot:
      return negate(node, scratch);
    case Op::kList:
      return list(node, scratch);
    case Op::kMap:
      return map(node, scratch);
    case Op::kMacro:
      return macro(node, scratch);
    case Op::kBind:
      return bind(node, scratch);
    case Op::kBlock:
      return block(node, scratch);
  }
  return scratch;
}

const Value& Evaluator::variable(const Node& node, Value& scratch) {
  if (node.payload < activation_.slots.size()) {
    const Value& value = activation_.slots[node.payload];
    if (!value.is(Kind::kUnset)) return value;
  }
  return fail(node, scratch, plumb::cel::fail("this variable has no value here"));
}

const Value& Evaluator::select(const Node& node, Value& scratch) {
  Value own;
  const Value& operand = evaluate(code_.child(node, 0), own);
  if (operand.is_error()) return keep(operand, scratch);
  if (operand.is(Kind::kOptional) || node.optional) return select_optional(node, operand, scratch);
  const std::string_view field = code_.constants[node.payload].as_text();
  const Value* found = operand.find(field);
  if (!found) {
    if (operand.is(Kind::kMap)) return fail(node, scratch, missing_key(code_.constants[node.payload]));
    return fail(node, scratch,
                plumb::cel::fail("a value of type " + std::string(type_name(operand.kind())) + " has no fields"));
  }
  return &operand == &own ? keep(*found, scratch) : *found;
}

// x.?f, or x.f where x is an optional value itself: the result is optional. Asked with `.?`, null has no field.
const Value& Evaluator::select_optional(const Node& node, const Value& operand, Value& scratch) {
  const bool wrapped = operand.is(Kind::kOptional);
  if (wrapped && !operand.has_optional()) return keep(operand, scratch);
  const Value& inner = wrapped ? operand.as_optional() : operand;
  if (node.optional && inner.is(Kind::kNull)) return scratch = Value::none();
  if (!inner.is(Kind::kMap)) return fail(node, scratch, plumb::cel::fail("no such key: a value without fields"));
  const Value* found = inner.find(code_.constants[node.payload].as_text());
  scratch = found ? Value::optional(*found) : Value::none();
  return scratch;
}

const Value& Evaluator::has(const Node& node, Value& scratch) {
  Value own;
  const Value* operand = &evaluate(code_.child(node, 0), own);
  if (operand->is_error()) return keep(*operand, scratch);
  if (operand->is(Kind::kOptional)) {
    if (!operand->has_optional()) return scratch = Value::boolean(false);
    operand = &operand->as_optional();
  }
  if (!operand->is(Kind::kMap)) return fail(node, scratch, no_such_overload());
  scratch = Value::boolean(operand->find(code_.constants[node.payload].as_text()) != nullptr);
  return scratch;
}

const Value& Evaluator::index(const Node& node, Value& scratch) {
  Value own_container;
  Value own_key;
  const Value* container = &evaluate(code_.child(node, 0), own_container);
  if (container->is_error()) return keep(*container, scratch);
  const bool temporary = container == &own_container;
  const Value* key = &evaluate(code_.child(node, 1), own_key);
  if (key->is_error()) return keep(*key, scratch);
  bool optional = node.optional;
  if (container->is(Kind::kOptional)) {
    if (!container->has_optional()) return keep(*container, scratch);
    container = &container->as_optional();
    optional = true;
  }
  if (node.optional && container->is(Kind::kNull)) return scratch = Value::none();
  Value error;
  const Value* found = at_index(*container, *key, error);
  if (optional) {
    if (!found && error.as_error().code == Code::kNoOverload) return fail(node, scratch, std::move(error));
    scratch = found ? Value::optional(*found) : Value::none();
    return scratch;
  }
  if (!found) return fail(node, scratch, std::move(error));
  return temporary ? keep(*found, scratch) : *found;
}

const Value& Evaluator::call(const Node& node, Value& scratch) {
  constexpr std::size_t kMostArguments = 4;
  if (node.count > kMostArguments) return fail(node, scratch, no_such_overload());
  std::array<Value, kMostArguments> own;
  std::array<const Value*, kMostArguments> arguments{};
  for (std::size_t i = 0; i < node.count; ++i) {
    arguments[i] = &evaluate(code_.child(node, i), own[i]);
    if (arguments[i]->is_error()) return keep(*arguments[i], scratch);
  }
  const Dispatch& dispatch = code_.dispatches[node.payload];
  for (const Candidate& candidate : dispatch.candidates) {
    bool fits = candidate.implementation != nullptr;
    for (std::size_t i = 0; i < node.count && fits; ++i) {
      fits = (candidate.kinds[i] >> static_cast<unsigned>(arguments[i]->kind()) & 1U) != 0;
    }
    if (!fits) continue;
    Call call{std::span(arguments).first(node.count), budget_, activation_.context, dispatch.prepared.get()};
    Value result = candidate.implementation(call);
    if (budget_.exhausted()) return fail(node, scratch, cost_exceeded());
    if (result.is_error()) return fail(node, scratch, std::move(result));
    scratch = std::move(result);
    return scratch;
  }
  return fail(node, scratch, no_such_overload());
}

// A term that decides wins over an error on either side of it; nothing wins over an exhausted budget.
const Value& Evaluator::logic(const Node& node, Value& scratch) {
  const bool deciding = node.op == Op::kOr;
  Value first_error;
  for (std::size_t i = 0; i < node.count; ++i) {
    Value own;
    const Value& term = evaluate(code_.child(node, i), own);
    if (term.is(Kind::kBool)) {
      if (term.as_bool() != deciding) continue;
      scratch = Value::boolean(deciding);
      return scratch;
    }
    if (budget_.exhausted()) return keep(term, scratch);
    if (!first_error.is_error()) {
      first_error = term.is_error() ? term : no_such_overload().at(node.begin, node.end);
    }
  }
  scratch = first_error.is_error() ? std::move(first_error) : Value::boolean(!deciding);
  return scratch;
}

const Value& Evaluator::conditional(const Node& node, Value& scratch) {
  Value own;
  const Value& condition = evaluate(code_.child(node, 0), own);
  if (condition.is_error()) return keep(condition, scratch);
  if (!condition.is(Kind::kBool)) return fail(node, scratch, no_such_overload());
  return evaluate(code_.child(node, condition.as_bool() ? 1 : 2), scratch);
}

const Value& Evaluator::binary(const Node& node, Value& scratch) {
  Value own_left;
  Value own_right;
  const Value& left = evaluate(code_.child(node, 0), own_left);
  if (left.is_error()) return keep(left, scratch);
  const Value& right = evaluate(code_.child(node, 1), own_right);
  if (right.is_error()) return keep(right, scratch);
  if (node.op == Op::kAdd) {
    Value sum = add(left, right, budget_);
    if (sum.is_error()) return fail(node, scratch, std::move(sum));
    scratch = std::move(sum);
    return scratch;
  }
  if (node.op == Op::kEqual || node.op == Op::kNotEqual) {
    const bool same = equal(left, right, budget_);
    if (budget_.exhausted()) return fail(node, scratch, cost_exceeded());
    scratch = Value::boolean(same == (node.op == Op::kEqual));
    return scratch;
  }
  if (!comparable(left, right)) return fail(node, scratch, no_such_overload());
  if ((left.is_text() || left.is(Kind::kBytes)) && !budget_.read(left.as_text().size())) {
    return fail(node, scratch, cost_exceeded());
  }
  const std::partial_ordering order = compare(left, right);
  const bool result = node.op == Op::kLess        ? order < 0
                      : node.op == Op::kLessEqual ? order <= 0
                      : node.op == Op::kGreater   ? order > 0
                                                  : order >= 0;
  scratch = Value::boolean(result);
  return scratch;
}

const Value& Evaluator::negate(const Node& node, Value& scratch) {
  Value own;
  const Value& operand = evaluate(code_.child(node, 0), own);
  if (operand.is_error()) return keep(operand, scratch);
  if (!operand.is(Kind::kBool)) return fail(node, scratch, no_such_overload());
  scratch = Value::boolean(!operand.as_bool());
  return scratch;
}

// All pieces are looked at where they stand and copied once. Numbers inside string(…) are written beside them.
const Value& Evaluator::concatenate(const Node& node, Value& scratch) {
  constexpr std::size_t kMostPieces = 17;
  constexpr std::size_t kMostDigits = 24;
  std::array<Value, kMostPieces> own;
  std::array<std::string_view, kMostPieces> pieces;
  std::array<char[kMostDigits], kMostPieces> digits;
  std::size_t size = 0;
  for (std::size_t i = 0; i < node.count; ++i) {
    const std::uint32_t child_index = code_.child(node, i);
    const Node& child = code_.nodes[child_index];
    const bool is_conversion = child.op == Op::kText;
    const Value* value = &evaluate(is_conversion ? code_.child(child, 0) : child_index, own[i]);
    if (value->is_error()) return keep(*value, scratch);
    if (is_conversion && value->is(Kind::kInt)) {
      const auto end = std::to_chars(digits[i], digits[i] + kMostDigits, value->as_int()).ptr;
      pieces[i] = {digits[i], static_cast<std::size_t>(end - digits[i])};
    } else {
      if (is_conversion && !value->is_text()) {
        Value converted = to_string(*value);
        if (converted.is_error()) return fail(child, scratch, std::move(converted));
        own[i] = std::move(converted);
        value = &own[i];
      }
      if (!value->is_text()) return fail(node, scratch, no_such_overload());
      pieces[i] = value->as_text();
    }
    size += pieces[i].size();
  }
  if (!budget_.allocate(size)) return fail(node, scratch, cost_exceeded());
  Value result = Value::text_of({pieces.data(), node.count}, size);
  scratch = std::move(result);
  return scratch;
}

const Value& Evaluator::text(const Node& node, Value& scratch) {
  Value own;
  const Value& operand = evaluate(code_.child(node, 0), own);
  if (operand.is_error() || operand.is_text()) return keep(operand, scratch);
  Value converted = to_string(operand);
  if (converted.is_error()) return fail(node, scratch, std::move(converted));
  if (!budget_.allocate(converted.as_text().size())) return fail(node, scratch, cost_exceeded());
  scratch = std::move(converted);
  return scratch;
}

const Value& Evaluator::list(const Node& node, Value& scratch) {
  const std::vector<bool>& optionals = code_.optionals[node.payload];
  if (!budget_.allocate(sizeof(Value) * node.count)) return fail(node, scratch, cost_exceeded());
  std::vector<Value> items;
  items.reserve(node.count);
  for (std::size_t i = 0; i < node.count; ++i) {
    Value own;
    const Value& item = evaluate(code_.child(node, i), own);
    if (item.is_error()) return keep(item, scratch);
    if (!optionals[i]) {
      items.push_back(item);
    } else if (!item.is(Kind::kOptional)) {
      return fail(node, scratch, no_such_overload());
    } else if (item.has_optional()) {
      items.push_back(item.as_optional());
    }
  }
  Value made = Value::list(std::move(items));
  return made.is_error() ? fail(node, scratch, std::move(made)) : scratch = std::move(made);
}

const Value& Evaluator::map(const Node& node, Value& scratch) {
  const std::vector<bool>& optionals = code_.optionals[node.payload];
  if (!budget_.allocate(sizeof(Value) * node.count)) return fail(node, scratch, cost_exceeded());
  MapBuilder builder;
  builder.reserve(node.count / 2);
  for (std::size_t i = 0; i < node.count; i += 2) {
    Value key;
    Value own;
    const Value& found = evaluate(code_.child(node, i), key);
    if (found.is_error()) return keep(found, scratch);
    keep(found, key);
    const Value& value = evaluate(code_.child(node, i + 1), own);
    if (value.is_error()) return keep(value, scratch);
    if (!optionals[i / 2]) {
      builder.add(std::move(key), value);
    } else if (!value.is(Kind::kOptional)) {
      return fail(node, scratch, no_such_overload());
    } else if (value.has_optional()) {
      builder.add(std::move(key), value.as_optional());
    }
  }
  Value made = std::move(builder).finish();
  return made.is_error() ? fail(node, scratch, std::move(made)) : scratch = std::move(made);
}

const Value& Evaluator::bind(const Node& node, Value& scratch) {
  Value own;
  const Value& init = evaluate(code_.child(node, 0), own);
  // An error only counts where the variable is used: bindings are lazy by the standard.
  if (budget_.exhausted()) return keep(init, scratch);
  locals_[node.payload] = init;
  keep(evaluate(code_.child(node, 1), scratch), scratch);
  return scratch;
}

const Value& Evaluator::block(const Node& node, Value& scratch) {
  const std::size_t slots = node.count - 1U;
  for (std::size_t i = 0; i < slots; ++i) {
    Value own;
    const Value& value = evaluate(code_.child(node, i), own);
    if (budget_.exhausted()) return keep(value, scratch);
    locals_[node.payload + i] = value;
  }
  return keep(evaluate(code_.child(node, slots), scratch), scratch);
}

}  // namespace plumb::cel
