// Optional values. What their selectors and macros do stands in the evaluator.
#include "engine/lang/cel/library.h"

namespace plumb::cel {
namespace {

Value of(Call& call) {
  return Value::optional(call[0]);
}
Value none(Call& /*call*/) {
  return Value::none();
}

bool is_zero(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kDuration:
      return value.as_int() == 0;
    case Kind::kDouble:
      return value.as_double() == 0;
    case Kind::kString:
    case Kind::kBytes:
      return value.as_text().empty();
    case Kind::kList:
      return value.as_list().empty();
    case Kind::kMap:
      return value.as_map().empty();
    case Kind::kOptional:
      return !value.has_optional();
    case Kind::kTimestamp:
      return value.as_timestamp() == Timestamp{};
    default:
      return false;
  }
}

Value of_non_zero(Call& call) {
  return is_zero(call[0]) ? Value::none() : Value::optional(call[0]);
}
Value has_value(Call& call) {
  return Value::boolean(call[0].has_optional());
}
Value value(Call& call) {
  if (call[0].has_optional()) return call[0].as_optional();
  return fail("optional.none() has no value", "say what holds then: ….orValue(…)");
}
Value alternative(Call& call) {
  return call[0].has_optional() ? call[0] : call[1];
}
Value or_value(Call& call) {
  return call[0].has_optional() ? call[0].as_optional() : call[1];
}

Value unwrap(Call& call) {
  std::vector<Value> values;
  for (const Value& item : call[0].as_list()) {
    if (!item.is(Kind::kOptional)) return no_such_overload();
    if (!call.budget.allocate(sizeof(Value))) return cost_exceeded();
    if (item.has_optional()) values.push_back(item.as_optional());
  }
  return Value::list(std::move(values));
}

}  // namespace

void add_optionals(FunctionTable& table) {
  table.add("optional.of(T) -> optional_type(T)", of, "An optional value that is there");
  table.add("optional.ofNonZeroValue(T) -> optional_type(T)", of_non_zero,
            "The value, unless it is empty, 0, false or null");
  table.add("optional.none() -> optional_type(T)", none, "An optional value that is not there");
  table.add("optional.unwrap(list(optional_type(T))) -> list(T)", unwrap, "The values that are there");
  table.add("list(optional_type(T)).unwrapOpt() -> list(T)", unwrap, "The values that are there");
  table.add("optional_type(T).hasValue() -> bool", has_value, "Whether the value is there");
  table.add("optional_type(T).value() -> T", value, "The value; an error where it is not there");
  table.add("optional_type(T).or(optional_type(T)) -> optional_type(T)", alternative,
            "This one if it is there, else the other");
  table.add("optional_type(T).orValue(T) -> T", or_value, "The value if it is there, else the one given");
}

}  // namespace plumb::cel
