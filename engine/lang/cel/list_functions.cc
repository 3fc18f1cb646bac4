// What the lists extension lacks: sums, pairs, and lists taken together as sets, with CEL's equality.
#include <algorithm>

#include "engine/lang/cel/library.h"
#include "engine/lang/cel/operators.h"

namespace plumb::cel {
namespace {

// Adds those of `items` that `wanted` says, each once.
template <class Wanted>
bool add_distinct(std::vector<Value>& out, std::span<const Value> items, Call& call, const Wanted& wanted) {
  for (const Value& item : items) {
    if (!call.has_room_for(1)) return false;
    if (wanted(item) && !holds(out, item, call.budget)) out.push_back(item);
  }
  return !call.budget.exhausted();
}

Value all_of_both(Call& call) {
  std::vector<Value> items;
  const auto each = [](const Value&) { return true; };
  const bool done =
      add_distinct(items, call[0].as_list(), call, each) && add_distinct(items, call[1].as_list(), call, each);
  return done ? Value::list(std::move(items)) : cost_exceeded();
}

template <bool Shared>
Value compared(Call& call) {
  std::vector<Value> items;
  const auto wanted = [&](const Value& item) { return holds(call[1].as_list(), item, call.budget) == Shared; };
  return add_distinct(items, call[0].as_list(), call, wanted) ? Value::list(std::move(items)) : cost_exceeded();
}

// The elements say of what type the sum is; where there are none, the signature does.
Value sum_from(Call& call, Value total) {
  const std::span<const Value> items = call[0].as_list();
  for (const Value& item : items) {
    if (!call.budget.step()) return cost_exceeded();
    if (!item.is_number() && !item.is(Kind::kDuration)) return no_such_overload();
    total = &item == items.data() ? item : add(total, item, call.budget);
    if (total.is_error()) return total;
  }
  return total;
}
Value sum_of_ints(Call& call) {
  return sum_from(call, Value::integer(0));
}
Value sum_of_uints(Call& call) {
  return sum_from(call, Value::unsigned_integer(0));
}
Value sum_of_doubles(Call& call) {
  return sum_from(call, Value::real(0));
}
Value sum_of_durations(Call& call) {
  return sum_from(call, Value::duration(0));
}

Value pair_of(const Value& a, const Value& b) {
  return Value::list({a, b});
}

Value zip(Call& call) {
  const std::span<const Value> a = call[0].as_list();
  const std::span<const Value> b = call[1].as_list();
  if (a.size() != b.size()) {
    return fail(
        "zip() pairs lists of one length; these have " + std::to_string(a.size()) + " and " + std::to_string(b.size()),
        "take a part of the longer one: x.slice(0, n)");
  }
  if (!call.has_room_for(5 * a.size())) return cost_exceeded();
  std::vector<Value> pairs;
  pairs.reserve(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) pairs.push_back(pair_of(a[i], b[i]));
  return Value::list(std::move(pairs));
}

Value product(Call& call) {
  std::vector<Value> pairs;
  for (const Value& a : call[0].as_list()) {
    for (const Value& b : call[1].as_list()) {
      if (!call.has_room_for(5)) return cost_exceeded();
      pairs.push_back(pair_of(a, b));
    }
  }
  return Value::list(std::move(pairs));
}

}  // namespace

void add_list_functions(FunctionTable& table) {
  table.add("list(T).union(list(T)) -> list(T)", all_of_both, "What either list holds, each once");
  table.add("list(T).intersection(list(T)) -> list(T)", compared<true>, "What both lists hold, each once");
  table.add("list(T).difference(list(T)) -> list(T)", compared<false>,
            "What the first list holds and the second does not, each once");
  table.add("list(int).sum() -> int", sum_of_ints, "The elements added up");
  table.add("list(uint).sum() -> uint", sum_of_uints);
  table.add("list(double).sum() -> double", sum_of_doubles);
  table.add("list(duration).sum() -> duration", sum_of_durations);
  table.add("list(T).zip(list(U)) -> list(list(dyn))", zip, "Pairs of what stands at one place in two lists");
  table.add("list(T).product(list(U)) -> list(list(dyn))", product, "Pairs of each element with each of another list");
}

}  // namespace plumb::cel
