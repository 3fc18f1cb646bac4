// The math extension.
#include <cmath>

#include "engine/lang/cel/library.h"

namespace plumb::cel {
namespace {

// The first of equal ones wins.
template <bool Greatest>
const Value* better(const Value* best, const Value& next) {
  const std::partial_ordering order = compare(next, *best);
  return (Greatest ? order > 0 : order < 0) ? &next : best;
}

template <bool Greatest>
Value extreme(Call& call) {
  const Value* best = &call[0];
  for (std::size_t i = 1; i < call.size(); ++i) best = better<Greatest>(best, call[i]);
  return *best;
}

template <bool Greatest>
Value extreme_of_list(Call& call) {
  const std::span<const Value> numbers = call[0].as_list();
  if (numbers.empty()) return fail("the list is empty and has no greatest or least number");
  if (!call.budget.step(numbers.size())) return cost_exceeded();
  const Value* best = numbers.data();
  for (const Value& number : numbers) {
    if (!number.is_number()) return no_such_overload();
    best = better<Greatest>(best, number);
  }
  return *best;
}

template <double (*Function)(double)>
Value apply(Call& call) {
  return Value::real(Function(call[0].as_double()));
}

Value is_infinite(Call& call) {
  return Value::boolean(std::isinf(call[0].as_double()));
}
Value is_nan(Call& call) {
  return Value::boolean(std::isnan(call[0].as_double()));
}
Value is_finite(Call& call) {
  return Value::boolean(std::isfinite(call[0].as_double()));
}

Value itself(Call& call) {
  return call[0];
}
Value abs_int(Call& call) {
  const std::int64_t value = call[0].as_int();
  if (value == INT64_MIN) return fail("integer overflow: the result does not fit into 64 bits");
  return Value::integer(value < 0 ? -value : value);
}
Value sign_int(Call& call) {
  return Value::integer((call[0].as_int() > 0 ? 1 : 0) - (call[0].as_int() < 0 ? 1 : 0));
}
Value sign_uint(Call& call) {
  return Value::unsigned_integer(call[0].as_uint() > 0 ? 1 : 0);
}
Value sign_double(Call& call) {
  const double value = call[0].as_double();
  if (std::isnan(value)) return call[0];
  return Value::real((value > 0 ? 1.0 : 0.0) - (value < 0 ? 1.0 : 0.0));
}

Value sqrt_int(Call& call) {
  return Value::real(std::sqrt(static_cast<double>(call[0].as_int())));
}
Value sqrt_uint(Call& call) {
  return Value::real(std::sqrt(static_cast<double>(call[0].as_uint())));
}

// Ints and uints are one pattern of bits; the result has the kind of the first operand.
Value with_bits(const Value& like, std::uint64_t bits) {
  return like.is(Kind::kInt) ? Value::integer(static_cast<std::int64_t>(bits)) : Value::unsigned_integer(bits);
}
Value bit_and(Call& call) {
  return with_bits(call[0], call[0].as_uint() & call[1].as_uint());
}
Value bit_or(Call& call) {
  return with_bits(call[0], call[0].as_uint() | call[1].as_uint());
}
Value bit_xor(Call& call) {
  return with_bits(call[0], call[0].as_uint() ^ call[1].as_uint());
}
Value bit_not(Call& call) {
  return with_bits(call[0], ~call[0].as_uint());
}

template <bool Left>
Value shift(Call& call) {
  const std::int64_t count = call[1].as_int();
  if (count < 0) return fail("negative offset of a shift: " + std::to_string(count));
  if (count >= 64) return with_bits(call[0], 0);
  const auto places = static_cast<unsigned>(count);
  return with_bits(call[0], Left ? call[0].as_uint() << places : call[0].as_uint() >> places);
}

template <bool Greatest>
void add_extreme(FunctionTable& table, const std::string& name) {
  for (const std::string type : {"int", "uint", "double"}) {
    table.add(name + "(" + type + ") -> " + type, extreme<Greatest>);
    table.add(name + "(" + type + ", " + type + ") -> " + type, extreme<Greatest>);
    table.add(name + "(list(" + type + ")) -> " + type, extreme_of_list<Greatest>);
    for (const std::string other : {"int", "uint", "double"}) {
      if (type != other) table.add(name + "(" + type + ", " + other + ") -> dyn", extreme<Greatest>);
    }
  }
}

}  // namespace

void add_math(FunctionTable& table) {
  add_extreme<true>(table, "math.@max");
  add_extreme<false>(table, "math.@min");
  table.add("math.ceil(double) -> double", apply<std::ceil>, "The next whole number up");
  table.add("math.floor(double) -> double", apply<std::floor>, "The next whole number down");
  table.add("math.round(double) -> double", apply<std::round>, "The nearest whole number, halves away from zero");
  table.add("math.trunc(double) -> double", apply<std::trunc>, "The number without its fraction");
  table.add("math.isInf(double) -> bool", is_infinite, "Whether it is an infinity");
  table.add("math.isNaN(double) -> bool", is_nan, "Whether it is no number");
  table.add("math.isFinite(double) -> bool", is_finite, "Whether it is neither an infinity nor no number");
  table.add("math.abs(int) -> int", abs_int, "The size of a number");
  table.add("math.abs(uint) -> uint", itself);
  table.add("math.abs(double) -> double", apply<std::fabs>);
  table.add("math.sign(int) -> int", sign_int, "-1, 0 or 1");
  table.add("math.sign(uint) -> uint", sign_uint);
  table.add("math.sign(double) -> double", sign_double);
  table.add("math.sqrt(double) -> double", apply<std::sqrt>, "The square root; NaN of a negative number");
  table.add("math.sqrt(int) -> double", sqrt_int);
  table.add("math.sqrt(uint) -> double", sqrt_uint);
  struct Bits {
    const char* name;
    Implementation implementation;
    const char* doc;
  };
  constexpr Bits kBits[] = {{"math.bitAnd", bit_and, "Bits that both have"},
                            {"math.bitOr", bit_or, "Bits that either has"},
                            {"math.bitXor", bit_xor, "Bits that only one has"}};
  for (const std::string type : {"int", "uint"}) {
    for (const Bits& bits : kBits) {
      table.add(std::string(bits.name) + "(" + type + ", " + type + ") -> " + type, bits.implementation, bits.doc);
    }
    table.add("math.bitNot(" + type + ") -> " + type, bit_not, "All bits inverted");
    table.add("math.bitShiftLeft(" + type + ", int) -> " + type, shift<true>, "Bits moved up; 0 from 64 places on");
    table.add("math.bitShiftRight(" + type + ", int) -> " + type, shift<false>,
              "Bits moved down with zeros following; 0 from 64 places on");
  }
}

}  // namespace plumb::cel
