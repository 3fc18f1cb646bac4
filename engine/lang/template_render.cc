#include <algorithm>
#include <span>

#include "engine/lang/template_code.h"

namespace plumb::lang {

using cel::Fault;
using cel::Outcome;
using cel::Value;

namespace {

constexpr std::size_t kUsualBytes = 256;

class Renderer {
 public:
  // `slots` are those of the activation, with room for what directives set; null where none sets any.
  Renderer(const cel::Activation& activation, std::span<Value> slots, cel::Budget& budget)
      : activation_(activation), slots_(slots), budget_(budget) {}

  bool block(const TemplateBlock& items) {
    for (const TemplateItem& item : items) {
      if (!std::visit([this](const auto& content) { return render(content); }, item.content)) return false;
    }
    return true;
  }

  std::string text;
  std::optional<Fault> fault;

 private:
  bool stop(Fault why) {
    fault = std::move(why);
    return false;
  }

  bool spend(std::size_t bytes, std::size_t begin, std::size_t end) {
    if (budget_.allocate(bytes)) return true;
    return stop(
        {Code::kCostLimit, begin, end, "the template costs too much", {}, "a loop inside a loop is the usual cause"});
  }

  bool render(const std::string& literal) {
    text += literal;
    return spend(literal.size(), 0, 0);
  }

  bool render(const Expression& expression) {
    const Outcome<bool> done = expression.append(text, activation_, budget_);
    return done || stop(done.error());
  }

  bool render(const TemplateIf& conditional) {
    for (const TemplateBranch& branch : conditional.branches) {
      if (!branch.condition) return block(branch.block);
      const Outcome<Value> truth = branch.condition->evaluate(activation_, budget_);
      if (!truth) return stop(truth.error());
      if (!truth->is(cel::Kind::kBool)) {
        return stop({Code::kExpressionType,
                     branch.condition->begin,
                     branch.condition->end,
                     "the condition is no bool but " + std::string(type_name(truth->kind())),
                     {},
                     {}});
      }
      if (truth->as_bool()) return block(branch.block);
    }
    return true;
  }

  bool render(const TemplateFor& loop) {
    const Outcome<Value> range = loop.range.evaluate(activation_, budget_);
    if (!range) return stop(range.error());
    Value outer_key = slots_[loop.key_slot];
    Value outer_value = slots_[loop.value_slot];
    const bool done = range->is(cel::Kind::kList)  ? walk_list(loop, range->as_list())
                      : range->is(cel::Kind::kMap) ? walk_map(loop, range->as_map())
                                                   : stop(not_walkable(loop, *range));
    slots_[loop.value_slot] = std::move(outer_value);
    if (loop.has_key) slots_[loop.key_slot] = std::move(outer_key);
    return done;
  }

  static Fault not_walkable(const TemplateFor& loop, const Value& range) {
    return {Code::kExpressionType,
            loop.range.begin,
            loop.range.end,
            "`for` cannot walk over " + std::string(type_name(range.kind())),
            "a list or a map was expected",
            {}};
  }

  bool render(const TemplateLet& let) {
    Outcome<Value> value = let.value.evaluate(activation_, budget_);
    if (!value) return stop(std::move(value.error()));
    slots_[let.slot] = std::move(*value);
    return true;
  }

  // A part knows nothing of the names that directives around it made, which may have the same slots.
  bool render(const TemplateInclude& include) {
    std::vector<Value> given;
    given.reserve(include.given.size());
    for (const TemplateLet& one : include.given) {
      Outcome<Value> value = one.value.evaluate(activation_, budget_);
      if (!value) return stop(std::move(value.error()));
      given.push_back(std::move(*value));
    }
    const std::span<Value> own = slots_.subspan(std::min(include.first_slot, slots_.size()));
    std::vector<Value> outer(own.begin(), own.end());
    for (std::size_t i = 0; i < given.size(); ++i) slots_[include.given[i].slot] = std::move(given[i]);
    const bool done = block(include.block);
    std::move(outer.begin(), outer.end(), own.begin());
    return done;
  }

  bool turn(const TemplateFor& loop) {
    return spend(sizeof(Value), loop.range.begin, loop.range.end) && block(loop.block);
  }

  bool walk_list(const TemplateFor& loop, std::span<const Value> items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (loop.has_key) slots_[loop.key_slot] = Value::integer(static_cast<std::int64_t>(i));
      slots_[loop.value_slot] = items[i];
      if (!turn(loop)) return false;
    }
    return true;
  }

  bool walk_map(const TemplateFor& loop, std::span<const cel::MapEntry> entries) {
    for (const cel::MapEntry& entry : entries) {
      if (loop.has_key) slots_[loop.key_slot] = entry.key;
      slots_[loop.value_slot] = loop.has_key ? entry.value : entry.key;
      if (!turn(loop)) return false;
    }
    return true;
  }

  const cel::Activation& activation_;
  std::span<Value> slots_;
  cel::Budget& budget_;
};

}  // namespace

Outcome<std::string> Template::render(const cel::Activation& activation, cel::Budget& budget) const {
  std::vector<Value> slots;
  cel::Activation own = activation;
  if (code_->has_names) {
    slots.assign(activation.slots.begin(), activation.slots.end());
    slots.resize(std::max(code_->slot_count, slots.size()));
    own.slots = slots;
  }
  Renderer renderer(own, slots, budget);
  renderer.text.reserve(kUsualBytes);
  if (!renderer.block(code_->block)) return tl::make_unexpected(std::move(*renderer.fault));
  return std::move(renderer.text);
}

Outcome<std::string> Template::render(const cel::Activation& activation) const {
  cel::Budget budget;
  return render(activation, budget);
}

}  // namespace plumb::lang
