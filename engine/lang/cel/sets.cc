// The sets extension: lists seen as sets, with CEL's equality.
#include <algorithm>

#include "engine/lang/cel/library.h"
#include "engine/lang/cel/operators.h"

namespace plumb::cel {
namespace {

bool holds_all(std::span<const Value> set, std::span<const Value> wanted, Budget& budget) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const Value& item) { return holds(set, item, budget); });
}

Value set_contains(Call& call) {
  return Value::boolean(holds_all(call[0].as_list(), call[1].as_list(), call.budget));
}
Value equivalent(Call& call) {
  return Value::boolean(holds_all(call[0].as_list(), call[1].as_list(), call.budget) &&
                        holds_all(call[1].as_list(), call[0].as_list(), call.budget));
}
Value intersects(Call& call) {
  const std::span<const Value> items = call[0].as_list();
  const auto shared = [&](const Value& item) { return holds(call[1].as_list(), item, call.budget); };
  return Value::boolean(std::any_of(items.begin(), items.end(), shared));
}

}  // namespace

void add_sets(FunctionTable& table) {
  table.add("sets.contains(list(T), list(T)) -> bool", set_contains,
            "Whether the first list holds all elements of the second");
  table.add("sets.equivalent(list(T), list(T)) -> bool", equivalent, "Whether two lists hold the same elements");
  table.add("sets.intersects(list(T), list(T)) -> bool", intersects, "Whether two lists have an element in common");
}

}  // namespace plumb::cel
