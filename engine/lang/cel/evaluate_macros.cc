// Macros over lists, maps and optional values at run time.
#include <algorithm>
#include <numeric>

#include "engine/lang/cel/evaluator.h"
#include "engine/lang/cel/operators.h"

namespace plumb::cel {
namespace {

// Gathers what a walk over a range makes.
class Gatherer {
 public:
  Gatherer(const Comprehension& shape, Budget& budget) : macro_(shape.macro), budget_(budget) {}

  // False once the outcome is clear.
  bool take(const Value& body, const Value& first, const Value& element) {
    switch (macro_) {
      case Macro::kAll:
      case Macro::kExists:
        return decide(body, macro_ == Macro::kExists);
      case Macro::kExistsOne:
        if (!is_condition(body)) return false;
        count_ += body.as_bool() ? 1 : 0;
        return true;
      case Macro::kFilter:
        if (!is_condition(body)) return false;
        return !body.as_bool() || append(element);
      case Macro::kMap:
      case Macro::kTransformList:
        return body.is_error() ? stop(body) : append(body);
      case Macro::kTransformMap:
        return body.is_error() ? stop(body) : insert(first, body);
      case Macro::kTransformMapEntry:
        return body.is_error() ? stop(body) : insert_all(body);
      default:
        return false;
    }
  }

  bool stop(const Value& error) {
    result_ = error;
    return false;
  }

  Value finish() && {
    if (!result_.is(Kind::kUnset)) return std::move(result_);
    switch (macro_) {
      case Macro::kAll:
      case Macro::kExists:
        return error_.is_error() ? std::move(error_) : Value::boolean(macro_ == Macro::kAll);
      case Macro::kExistsOne:
        return Value::boolean(count_ == 1);
      case Macro::kTransformMap:
      case Macro::kTransformMapEntry:
        return std::move(entries_).finish();
      default:
        return Value::list(std::move(items_));
    }
  }

 private:
  // Errors are absorbed where another element decides.
  bool decide(const Value& body, bool deciding) {
    if (body.is(Kind::kBool)) {
      if (body.as_bool() == deciding) result_ = Value::boolean(deciding);
      return body.as_bool() != deciding;
    }
    if (budget_.exhausted()) return stop(body);
    if (!error_.is_error()) error_ = body.is_error() ? body : no_such_overload();
    return true;
  }

  bool is_condition(const Value& body) {
    if (body.is(Kind::kBool)) return true;
    return stop(body.is_error() ? body : no_such_overload());
  }

  bool append(const Value& item) {
    if (!budget_.allocate(sizeof(Value))) return stop(cost_exceeded());
    items_.push_back(item);
    return true;
  }

  bool insert(const Value& key, const Value& value) {
    if (!budget_.allocate(sizeof(MapEntry))) return stop(cost_exceeded());
    entries_.add(key, value);
    return true;
  }

  bool insert_all(const Value& map) {
    if (!map.is(Kind::kMap)) return stop(no_such_overload());
    for (const MapEntry& entry : map.as_map()) {
      if (!insert(entry.key, entry.value)) return false;
    }
    return true;
  }

  Macro macro_;
  Budget& budget_;
  Value result_;
  Value error_;
  std::int64_t count_ = 0;
  std::vector<Value> items_;
  MapBuilder entries_;
};

}  // namespace

const Value& Evaluator::macro(const Node& node, Value& scratch) {
  const Comprehension& shape = code_.comprehensions[node.payload];
  Value own;
  const Value& range = evaluate(code_.child(node, 0), own);
  if (range.is_error()) return keep(range, scratch);
  switch (shape.macro) {
    case Macro::kSortBy:
      return sort_by(node, shape, range, scratch);
    case Macro::kOptionalMap:
    case Macro::kOptionalFlatMap:
      return map_optional(node, shape, range, scratch);
    default:
      return walk(node, shape, range, scratch);
  }
}

const Value& Evaluator::walk(const Node& node, const Comprehension& shape, const Value& range, Value& scratch) {
  const bool is_map = range.is(Kind::kMap);
  if (!is_map && !range.is(Kind::kList)) return fail(node, scratch, no_such_overload());
  Value* locals = locals_ + shape.local;
  const std::size_t count = is_map ? range.as_map().size() : range.as_list().size();
  const std::uint32_t filter = shape.has_filter ? code_.child(node, 1) : 0;
  const std::uint32_t body = code_.child(node, shape.has_filter ? 2 : 1);
  Gatherer gatherer(shape, budget_);
  for (std::size_t i = 0; i < count; ++i) {
    if (is_map) {
      locals[0] = range.as_map()[i].key;
      if (shape.two_variables) locals[1] = range.as_map()[i].value;
    } else if (shape.two_variables) {
      locals[0] = Value::integer(static_cast<std::int64_t>(i));
      locals[1] = range.as_list()[i];
    } else {
      locals[0] = range.as_list()[i];
    }
    if (shape.has_filter) {
      Value own;
      const Value& passes = evaluate(filter, own);
      if (!passes.is(Kind::kBool)) {
        gatherer.stop(passes.is_error() ? passes : no_such_overload());
        break;
      }
      if (!passes.as_bool()) continue;
    }
    Value own;
    const Value& result = evaluate(body, own);
    if (!gatherer.take(result, locals[0], locals[0])) break;
  }
  Value made = std::move(gatherer).finish();
  if (made.is_error()) return fail(node, scratch, std::move(made));
  scratch = std::move(made);
  return scratch;
}

const Value& Evaluator::sort_by(const Node& node, const Comprehension& shape, const Value& range, Value& scratch) {
  if (!range.is(Kind::kList)) return fail(node, scratch, no_such_overload());
  const std::span<const Value> items = range.as_list();
  if (!budget_.allocate(items.size() * 3 * sizeof(Value))) return fail(node, scratch, cost_exceeded());
  std::vector<Value> keys;
  for (const Value& item : items) {
    locals_[shape.local] = item;
    Value own;
    const Value& key = evaluate(code_.child(node, 1), own);
    if (key.is_error()) return keep(key, scratch);
    keys.push_back(key);
  }
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Value error = sort_keys(keys, order, budget_);
  if (error.is_error()) return fail(node, scratch, std::move(error));
  std::vector<Value> sorted;
  sorted.reserve(items.size());
  for (const std::size_t i : order) sorted.push_back(items[i]);
  scratch = Value::list(std::move(sorted));
  return scratch;
}

const Value& Evaluator::map_optional(const Node& node, const Comprehension& shape, const Value& target,
                                     Value& scratch) {
  if (!target.is(Kind::kOptional)) return fail(node, scratch, no_such_overload());
  if (!target.has_optional()) return keep(target, scratch);
  locals_[shape.local] = target.as_optional();
  Value own;
  const Value& body = evaluate(code_.child(node, 1), own);
  if (body.is_error()) return keep(body, scratch);
  if (shape.macro == Macro::kOptionalMap) {
    Value made = Value::optional(body);
    return made.is_error() ? fail(node, scratch, std::move(made)) : scratch = std::move(made);
  }
  if (!body.is(Kind::kOptional)) return fail(node, scratch, no_such_overload());
  return keep(body, scratch);
}

}  // namespace plumb::cel
