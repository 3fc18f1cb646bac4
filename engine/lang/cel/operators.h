// The operators that the evaluator works out itself. Each answers an error value where there is no result; places are
// added by the caller.
#pragma once

#include <span>
#include <vector>

#include "engine/lang/cel/budget.h"
#include "engine/lang/cel/value.h"

namespace plumb::cel {

Value add(const Value& a, const Value& b, Budget& budget);
// list[int], map[key]; null where there is none, and then `error` says why.
const Value* at_index(const Value& container, const Value& key, Value& error);
Value missing_key(const Value& key);
// Whether a list has an element that is equal to it. False where the budget is exhausted.
bool holds(std::span<const Value> list, const Value& wanted, Budget& budget);
// string(x) for every x that has one.
Value to_string(const Value& value);

// Sorts `order`, which holds the indexes of `keys`, by them; stable. An error value where they do not compare.
Value sort_keys(std::span<const Value> keys, std::vector<std::size_t>& order, Budget& budget);

}  // namespace plumb::cel
