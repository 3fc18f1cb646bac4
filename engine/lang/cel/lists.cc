// The lists extension, with first() and last() of the optional types.
#include <numeric>

#include "engine/lang/cel/library.h"
#include "engine/lang/cel/operators.h"

namespace plumb::cel {
namespace {

Value slice(Call& call) {
  const std::span<const Value> items = call[0].as_list();
  const std::int64_t start = call[1].as_int();
  const std::int64_t end = call[2].as_int();
  const std::string asked = "cannot slice(" + std::to_string(start) + ", " + std::to_string(end) + "), ";
  if (start < 0 || end < 0) return fail(asked + "negative indexes not supported");
  if (start > end) return fail(asked + "start index must be less than or equal to end index");
  if (static_cast<std::uint64_t>(end) > items.size()) {
    return fail(asked + "list is length " + std::to_string(items.size()));
  }
  const auto part = items.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start));
  if (!call.has_room_for(part.size())) return cost_exceeded();
  return Value::list({part.begin(), part.end()});
}

bool flatten_into(std::vector<Value>& out, std::span<const Value> items, std::int64_t depth, Budget& budget) {
  for (const Value& item : items) {
    if (!budget.allocate(sizeof(Value))) return false;
    if (!item.is(Kind::kList) || depth == 0) {
      out.push_back(item);
    } else if (!flatten_into(out, item.as_list(), depth - 1, budget)) {
      return false;
    }
  }
  return true;
}

Value flatten(Call& call) {
  const std::int64_t depth = call.size() == 2 ? call[1].as_int() : 1;
  if (depth < 0) return fail("level must be non-negative");
  std::vector<Value> items;
  if (!flatten_into(items, call[0].as_list(), depth, call.budget)) return cost_exceeded();
  return Value::list(std::move(items));
}

Value sort(Call& call) {
  const std::span<const Value> items = call[0].as_list();
  if (!call.has_room_for(2 * items.size())) return cost_exceeded();
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (Value error = sort_keys(items, order, call.budget); error.is_error()) return error;
  std::vector<Value> sorted;
  sorted.reserve(items.size());
  for (const std::size_t i : order) sorted.push_back(items[i]);
  return Value::list(std::move(sorted));
}

Value distinct(Call& call) {
  std::vector<Value> items;
  for (const Value& item : call[0].as_list()) {
    bool known = false;
    for (const Value& other : items) {
      known = equal(item, other, call.budget);
      if (known) break;
    }
    if (!call.has_room_for(1)) return cost_exceeded();
    if (!known) items.push_back(item);
  }
  return Value::list(std::move(items));
}

Value range(Call& call) {
  const std::int64_t count = call[0].as_int();
  if (count < 0) return fail("lists.range() counts up from 0 and cannot go to " + std::to_string(count));
  if (static_cast<std::uint64_t>(count) > call.budget.bytes_left() ||
      !call.has_room_for(static_cast<std::size_t>(count))) {
    call.budget.step(UINT64_MAX);
    return cost_exceeded();
  }
  std::vector<Value> numbers;
  numbers.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) numbers.push_back(Value::integer(i));
  return Value::list(std::move(numbers));
}

Value reverse_list(Call& call) {
  const std::span<const Value> items = call[0].as_list();
  if (!call.has_room_for(items.size())) return cost_exceeded();
  return Value::list({items.rbegin(), items.rend()});
}

Value first(Call& call) {
  const std::span<const Value> items = call[0].as_list();
  return items.empty() ? Value::none() : Value::optional(items.front());
}
Value last(Call& call) {
  const std::span<const Value> items = call[0].as_list();
  return items.empty() ? Value::none() : Value::optional(items.back());
}

}  // namespace

void add_lists(FunctionTable& table) {
  table.add("list(T).slice(int, int) -> list(T)", slice, "The elements from a position up to, without, another");
  table.add("list(list(T)).flatten() -> list(T)", flatten,
            "The elements of the lists inside, one level or so many deep");
  table.add("list(dyn).flatten(int) -> list(dyn)", flatten);
  for (const std::string type : {"int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"}) {
    table.add("list(" + type + ").sort() -> list(" + type + ")", sort, "The elements in ascending order");
  }
  table.add("list(T).distinct() -> list(T)", distinct, "The elements without repeats, in order of first appearance");
  table.add("list(T).reverse() -> list(T)", reverse_list, "The elements in reverse order");
  table.add("list(T).first() -> optional_type(T)", first, "The first element, if there is one");
  table.add("list(T).last() -> optional_type(T)", last, "The last element, if there is one");
  table.add("lists.range(int) -> list(int)", range, "The numbers from 0 up to, without, the one given");
}

}  // namespace plumb::cel
