#include "engine/lang/cel/operators.h"

#include <algorithm>
#include <cmath>

#include "engine/lang/cel/library.h"
#include "engine/lang/cel/time.h"

namespace plumb::cel {
namespace {

Value overflow() {
  return fail("the result does not fit into 64 bits");
}
Value division_by_zero() {
  return fail("division by zero");
}
Value time_out_of_range() {
  return fail("the timestamp is out of range", "timestamps go from year 1 to year 9999");
}
Value duration_out_of_range() {
  return fail("the duration is out of range", "durations go up to 290 years");
}

template <class Number>
Value number(Number value) {
  if constexpr (std::is_same_v<Number, double>) return Value::real(value);
  if constexpr (std::is_same_v<Number, std::int64_t>) return Value::integer(value);
  if constexpr (std::is_same_v<Number, std::uint64_t>) return Value::unsigned_integer(value);
}

template <class Number>
Value sum(Number a, Number b) {
  if constexpr (std::is_same_v<Number, double>) {
    return number(a + b);
  } else {
    Number result = 0;
    return __builtin_add_overflow(a, b, &result) ? overflow() : number(result);
  }
}

Value concatenate_lists(const Value& a, const Value& b, Budget& budget) {
  const std::span<const Value> first = a.as_list();
  const std::span<const Value> second = b.as_list();
  if (!budget.allocate((first.size() + second.size()) * sizeof(Value))) return cost_exceeded();
  std::vector<Value> items;
  items.reserve(first.size() + second.size());
  items.insert(items.end(), first.begin(), first.end());
  items.insert(items.end(), second.begin(), second.end());
  return Value::list(std::move(items));
}

Value shifted(const Value& time, std::int64_t nanos) {
  const auto result = plus(time.as_timestamp(), nanos);
  return result ? Value::timestamp(*result) : time_out_of_range();
}

Value add_durations(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? duration_out_of_range() : Value::duration(result);
}

Value subtract_ints(Call& call) {
  std::int64_t result = 0;
  return __builtin_sub_overflow(call[0].as_int(), call[1].as_int(), &result) ? overflow() : Value::integer(result);
}
Value subtract_uints(Call& call) {
  std::uint64_t result = 0;
  return __builtin_sub_overflow(call[0].as_uint(), call[1].as_uint(), &result) ? overflow()
                                                                               : Value::unsigned_integer(result);
}
Value subtract_doubles(Call& call) {
  return Value::real(call[0].as_double() - call[1].as_double());
}
Value subtract_timestamps(Call& call) {
  const auto result = difference(call[0].as_timestamp(), call[1].as_timestamp());
  return result ? Value::duration(*result) : duration_out_of_range();
}
Value subtract_from_timestamp(Call& call) {
  const std::int64_t nanos = call[1].as_duration();
  if (nanos == INT64_MIN) return time_out_of_range();
  return shifted(call[0], -nanos);
}
Value subtract_durations(Call& call) {
  std::int64_t result = 0;
  return __builtin_sub_overflow(call[0].as_duration(), call[1].as_duration(), &result) ? duration_out_of_range()
                                                                                       : Value::duration(result);
}

Value multiply_ints(Call& call) {
  std::int64_t result = 0;
  return __builtin_mul_overflow(call[0].as_int(), call[1].as_int(), &result) ? overflow() : Value::integer(result);
}
Value multiply_uints(Call& call) {
  std::uint64_t result = 0;
  return __builtin_mul_overflow(call[0].as_uint(), call[1].as_uint(), &result) ? overflow()
                                                                               : Value::unsigned_integer(result);
}
Value multiply_doubles(Call& call) {
  return Value::real(call[0].as_double() * call[1].as_double());
}

Value divide_ints(Call& call) {
  if (call[1].as_int() == 0) return division_by_zero();
  if (call[0].as_int() == INT64_MIN && call[1].as_int() == -1) return overflow();
  return Value::integer(call[0].as_int() / call[1].as_int());
}
Value divide_uints(Call& call) {
  if (call[1].as_uint() == 0) return division_by_zero();
  return Value::unsigned_integer(call[0].as_uint() / call[1].as_uint());
}
Value divide_doubles(Call& call) {
  const double divisor = call[1].as_double();
  const double dividend = call[0].as_double();
  if (divisor != 0) return Value::real(dividend / divisor);
  if (dividend == 0 || std::isnan(dividend)) return Value::real(std::nan(""));
  return Value::real(std::signbit(dividend) == std::signbit(divisor) ? HUGE_VAL : -HUGE_VAL);
}

Value modulo_ints(Call& call) {
  if (call[1].as_int() == 0) return fail("modulus by zero");
  if (call[0].as_int() == INT64_MIN && call[1].as_int() == -1) return overflow();
  return Value::integer(call[0].as_int() % call[1].as_int());
}
Value modulo_uints(Call& call) {
  if (call[1].as_uint() == 0) return fail("modulus by zero");
  return Value::unsigned_integer(call[0].as_uint() % call[1].as_uint());
}

Value negate_int(Call& call) {
  return call[0].as_int() == INT64_MIN ? overflow() : Value::integer(-call[0].as_int());
}
Value negate_double(Call& call) {
  return Value::real(-call[0].as_double());
}

Value in_list(Call& call) {
  const bool there = holds(call[1].as_list(), call[0], call.budget);
  return call.budget.exhausted() && !there ? cost_exceeded() : Value::boolean(there);
}
Value in_map(Call& call) {
  return Value::boolean(call[1].find(call[0]) != nullptr);
}

std::string key_text(const Value& key) {
  switch (key.kind()) {
    case Kind::kString:
      return "`" + std::string(key.as_text().substr(0, 60)) + "`";
    case Kind::kInt:
      return "`" + std::to_string(key.as_int()) + "`";
    case Kind::kUint:
      return "`" + std::to_string(key.as_uint()) + "`";
    default:
      return "of type " + std::string(type_name(key.kind()));
  }
}

// A double is an index where it is whole.
bool list_index(const Value& key, std::size_t size, std::size_t& index) {
  const Value bound = Value::unsigned_integer(size);
  if (!key.is_number() || !(compare(key, bound) < 0) || !(compare(key, Value::integer(0)) >= 0)) return false;
  if (key.is(Kind::kDouble)) {
    index = static_cast<std::size_t>(key.as_double());
    return static_cast<double>(index) == key.as_double();
  }
  index = static_cast<std::size_t>(key.as_uint());
  return true;
}

}  // namespace

Value add(const Value& a, const Value& b, Budget& budget) {
  if (a.kind() == b.kind()) {
    switch (a.kind()) {
      case Kind::kInt:
        return sum(a.as_int(), b.as_int());
      case Kind::kUint:
        return sum(a.as_uint(), b.as_uint());
      case Kind::kDouble:
        return sum(a.as_double(), b.as_double());
      case Kind::kString:
      case Kind::kBytes:
        if (!budget.allocate(a.as_text().size() + b.as_text().size())) return cost_exceeded();
        return Value::joined(a.kind(), a.as_text(), b.as_text());
      case Kind::kList:
        return concatenate_lists(a, b, budget);
      case Kind::kDuration:
        return add_durations(a.as_duration(), b.as_duration());
      default:
        return no_such_overload();
    }
  }
  if (a.is(Kind::kTimestamp) && b.is(Kind::kDuration)) return shifted(a, b.as_duration());
  if (a.is(Kind::kDuration) && b.is(Kind::kTimestamp)) return shifted(b, a.as_duration());
  return no_such_overload();
}

bool holds(std::span<const Value> list, const Value& wanted, Budget& budget) {
  for (const Value& item : list) {
    if (equal(item, wanted, budget)) return true;
    if (budget.exhausted()) return false;
  }
  return false;
}

Value missing_key(const Value& key) {
  return fail("no such key: " + key_text(key), "ask first whether it is there: 'key' in x, has(x.key)");
}

const Value* at_index(const Value& container, const Value& key, Value& error) {
  if (container.is(Kind::kMap)) {
    const Value* found = container.find(key);
    if (!found) error = missing_key(key);
    return found;
  }
  if (!container.is(Kind::kList)) {
    error = no_such_overload();
    return nullptr;
  }
  std::size_t index = 0;
  if (list_index(key, container.as_list().size(), index)) return &container.as_list()[index];
  error = key.is_number()
              ? fail("index out of range: the list has " + std::to_string(container.as_list().size()) + " elements")
              : fail("an index " + key_text(key) + " where a number is needed");
  return nullptr;
}

Value sort_keys(std::span<const Value> keys, std::vector<std::size_t>& order, Budget& budget) {
  std::size_t text = 0;
  for (const Value& key : keys) {
    if (key.kind() != keys[0].kind())
      return fail("elements of two types cannot be sorted: list elements must have the same type");
    if (!comparable(key, key)) {
      return fail("values of type " + std::string(type_name(key.kind())) + " cannot be sorted",
                  "sort by something that compares: xs.sortBy(x, x.name)");
    }
    if (key.is_text() || key.is(Kind::kBytes)) text = std::max(text, key.as_text().size());
  }
  std::uint64_t rounds = 1;
  while ((std::uint64_t{1} << rounds) < keys.size()) ++rounds;
  if (!budget.step(keys.size() * rounds * (1 + text / 64))) return cost_exceeded();
  // NaN stands last, or the order would not be one.
  const auto less = [&](std::size_t a, std::size_t b) {
    const std::partial_ordering result = compare(keys[a], keys[b]);
    if (result != std::partial_ordering::unordered) return result < 0;
    return !std::isnan(keys[a].as_double()) && std::isnan(keys[b].as_double());
  };
  std::stable_sort(order.begin(), order.end(), less);
  return {};
}

void add_operators(FunctionTable& table) {
  // The evaluator works these out by itself; the table has them for the checker.
  for (const char* type : {"int", "uint", "double", "string", "bytes", "list(T)", "duration"}) {
    const std::string t = type;
    table.add("_+_(" + t + ", " + t + ") -> " + t, nullptr);
  }
  table.add("_+_(timestamp, duration) -> timestamp", nullptr);
  table.add("_+_(duration, timestamp) -> timestamp", nullptr);
  for (const std::string name : {"_==_", "_!=_"}) table.add(name + "(T, T) -> bool", nullptr);
  for (const std::string name : {"_<_", "_<=_", "_>_", "_>=_"}) {
    for (const char* type : {"bool", "string", "bytes", "timestamp", "duration"}) {
      table.add(name + "(" + type + ", " + type + ") -> bool", nullptr);
    }
    for (const char* left : {"int", "uint", "double"}) {
      for (const char* right : {"int", "uint", "double"})
        table.add(name + "(" + left + ", " + right + ") -> bool", nullptr);
    }
  }
  table.add("!_(bool) -> bool", nullptr);
  table.add("_[_](list(T), int) -> T", nullptr);
  table.add("_[_](map(K, V), K) -> V", nullptr);
  table.add("_[_](optional_type(list(T)), int) -> optional_type(T)", nullptr);
  table.add("_[_](optional_type(map(K, V)), K) -> optional_type(V)", nullptr);
  table.add("_[?_](list(T), int) -> optional_type(T)", nullptr);
  table.add("_[?_](map(K, V), K) -> optional_type(V)", nullptr);
  table.add("_[?_](optional_type(list(T)), int) -> optional_type(T)", nullptr);
  table.add("_[?_](optional_type(map(K, V)), K) -> optional_type(V)", nullptr);

  table.add("_-_(int, int) -> int", subtract_ints);
  table.add("_-_(uint, uint) -> uint", subtract_uints);
  table.add("_-_(double, double) -> double", subtract_doubles);
  table.add("_-_(timestamp, timestamp) -> duration", subtract_timestamps);
  table.add("_-_(timestamp, duration) -> timestamp", subtract_from_timestamp);
  table.add("_-_(duration, duration) -> duration", subtract_durations);
  table.add("_*_(int, int) -> int", multiply_ints);
  table.add("_*_(uint, uint) -> uint", multiply_uints);
  table.add("_*_(double, double) -> double", multiply_doubles);
  table.add("_/_(int, int) -> int", divide_ints);
  table.add("_/_(uint, uint) -> uint", divide_uints);
  table.add("_/_(double, double) -> double", divide_doubles);
  table.add("_%_(int, int) -> int", modulo_ints);
  table.add("_%_(uint, uint) -> uint", modulo_uints);
  table.add("-_(int) -> int", negate_int);
  table.add("-_(double) -> double", negate_double);
  table.add("@in(T, list(T)) -> bool", in_list);
  table.add("@in(K, map(K, V)) -> bool", in_map);
}

}  // namespace plumb::cel
