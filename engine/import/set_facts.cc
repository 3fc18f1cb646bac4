// Facts that tasks set: one value with all conditions, and what loops gather.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

Cel fact_atom(std::string text, Type type, Type item = Type::kAny) {
  return {std::move(text), type, item, rank::kAtom, "", ""};
}

bool mentions(const Expr& expr, const std::string& name) {
  if (expr.is(Expr::Kind::kName) && expr.text == name) return true;
  const auto inside = [&](const ExprPtr& one) { return one != nullptr && mentions(*one, name); };
  return std::any_of(expr.children.begin(), expr.children.end(), inside) ||
         std::any_of(expr.named.begin(), expr.named.end(), [&](const auto& one) { return inside(one.second); });
}

// Whether an expression in a value speaks of `name`.
bool deep_mentions(const Node& node, const std::string& name) {
  if (node.is_scalar()) {
    if (!holds_jinja(node.text)) return false;
    const std::vector<TextPart> parts = parse_text(node.text);
    return std::any_of(parts.begin(), parts.end(), [&](const TextPart& part) {
      return part.expression != nullptr && mentions(*part.expression, name);
    });
  }
  return std::any_of(node.items.begin(), node.items.end(), [&](const Node& one) { return deep_mentions(one, name); }) ||
         std::any_of(node.entries.begin(), node.entries.end(),
                     [&](const Entry& one) { return deep_mentions(one.value, name); });
}

// `x`, or `x | default(…)`.
bool grows_from(const Expr& expr, const std::string& name) {
  const bool defaulted = expr.is(Expr::Kind::kFilter) && (expr.text == "default" || expr.text == "d");
  const Expr& own = defaulted ? *expr.children[0] : expr;
  return own.is(Expr::Kind::kName) && own.text == name;
}

// A condition without the signs that some put around it.
std::string bare(const std::string& condition) {
  const bool wrapped = condition.starts_with("{{") && condition.ends_with("}}");
  return wrapped ? condition.substr(2, condition.size() - 4) : condition;
}

// Whether a value is there that `decides` sets, over one that may be missing; empty: always.
std::string present_of(const Cel& decides, const Cel& before) {
  if (decides.text == "true" || before.present.empty() || negation_of(decides).text == before.present) return "";
  return "(" + decides.in_brackets(rank::kOr) + " || " + before.present + ")";
}

}  // namespace

// A fact that a loop over a whole file sets anew each time: what follows in that file knows it.
void Unit::set_in_turn(const Task& one, const Surroundings& around) {
  if (around.turn == nullptr) throw Untranslatable{"a fact that a loop over tasks sets anew at each turn"};
  std::string word;
  if (loop_keyword(one, word) != nullptr) throw Untranslatable{"a loop of facts inside a loop over tasks"};
  if (around.in_rescue) {
    const Cel unknown{"null", Type::kNull, Type::kAny, 0, "", "false"};
    for (const Entry& entry : one.arguments.entries) {
      if (!around.turn->has(entry.key)) around.turn->set(entry.key, unknown);
      if (!around.names->has(entry.key)) around.names->set(entry.key, unknown);
    }
    return;
  }
  LocalNames names(*around.names);
  if (const Node* variables = one.keyword("vars")) bind({variables}, names);
  const Cel when = both_of(around.guard, when_of(one, names, nullptr));
  for (const Entry& entry : one.arguments.entries) {
    if (entry.key == "cacheable") continue;
    Cel value = value_of(entry.value, names);
    if (when.text != "true") {
      Cel before = around.turn->has(entry.key) ? around.turn->variable(entry.key) : fact_atom("dyn(null)", Type::kAny);
      if (!around.turn->has(entry.key)) before.present = "false";
      const std::string there = before.present == "false" ? when.in_brackets(rank::kAtom) : present_of(when, before);
      value = choice_of(when, value, before);
      value.present = there;
    }
    // A block around has names of its own.
    around.names->set(entry.key, value);
    around.turn->set(entry.key, std::move(value));
  }
}

// A fact that a loop sets: a list or map that grows by each item, or what the last item leaves.
Cel Unit::step_in_loop(const std::string& name, const Symbol::Step& step, const Cel& current, bool known,
                       Names& names) {
  using Of = Expr::Kind;
  if (step.counts) throw Untranslatable{"a loop of values with an `index_var`"};
  LocalNames turn(names);
  const Cel list = loop_list(*step.loop, step.loop_word, names);
  if (step.loop_word == "with_subelements") {
    turn.set_parts(step.variable, {fact_atom("e[0]", Type::kAny), fact_atom("e[1]", Type::kAny)});
  } else {
    turn.set(step.variable, fact_atom("e", list.item));
  }
  Cel chosen = fact_atom("true", Type::kBool);
  for (const std::string& text : step.conditions) {
    if (mentions(*parse_expression(bare(text)), name))
      throw Untranslatable{"a loop that asks for the value that it makes"};
    chosen = both_of(chosen, condition_text(text, turn));
  }
  const std::string from = list.in_brackets(0) + (chosen.text == "true" ? "" : ".filter(e, " + chosen.text + ")");
  const std::vector<TextPart> parts = step.value->is_scalar() ? parse_text(step.value->text) : std::vector<TextPart>();
  const ExprPtr expr = parts.size() == 1 ? parts.front().expression : nullptr;
  const bool itself = deep_mentions(*step.value, name);
  if (!itself) {
    if (!deep_mentions(*step.value, step.variable)) {
      const Cel any = fact_atom(list.in_brackets(0) + ".exists(e, " + chosen.text + ")", Type::kBool);
      Cel otherwise = current;
      if (current.text == "inputs." + safe_name(name)) otherwise = fact_atom("dyn(" + current.text + ")", Type::kAny);
      Cel result = choice_of(any, value_of(*step.value, names), otherwise);
      result.present = present_of(any, current);
      return result;
    }
    const Cel one = value_of(*step.value, turn);
    Cel result = fact_atom(from + ".map(e, " + one.text + ").last().orValue(dyn(" + current.text + "))", Type::kAny);
    result.present = present_of({"size(" + from + ") > 0", Type::kBool, Type::kAny, rank::kRelation, "", ""}, current);
    return result;
  }
  // `x: "{{ x | default([]) + [ … ] }}"`, `x: "{{ x | default({}) | combine({ … }) }}"`: all of it at once.
  const bool sum = expr != nullptr && expr->is(Of::kBinary) && expr->text == "+";
  const bool merged = expr != nullptr && expr->is(Of::kFilter) && expr->text == "combine" &&
                      expr->children.size() == 2 && expr->named.empty() && expr->children[1]->is(Of::kMap);
  if ((!sum && !merged) || !grows_from(*expr->children[0], name) || mentions(*expr->children[1], name))
    throw Untranslatable{"a loop that changes a value each time"};
  const Cel one = imports::translate(*expr->children[1], turn);
  const bool goes_on = known && current.text != "null";
  if (merged) {
    const std::string made = from + ".transformMapEntry(i, e, " + one.text + ")";
    return goes_on ? fact_atom(current.in_brackets(0) + ".merge(" + made + ")", Type::kMap)
                   : fact_atom(made, Type::kMap);
  }
  Cel value;
  if (expr->children[1]->is(Of::kList) && expr->children[1]->children.size() == 1) {
    const Cel item = imports::translate(*expr->children[1]->children[0], turn);
    value = fact_atom(from + ".map(e, " + item.text + ")", Type::kList, item.type);
  } else if (one.type == Type::kList) {
    value = fact_atom(from + ".map(e, " + one.text + ").flatten()", Type::kList, one.item);
  } else {
    throw Untranslatable{"a loop that changes a value each time"};
  }
  if (goes_on) {
    value.text = current.in_brackets(rank::kSum) + " + " + value.text;
    value.rank = rank::kSum;
  }
  return value;
}

Cel Unit::steps_of(const std::string& name, Symbol& symbol, const Cel& before, Names& names) {
  Cel current = before;
  bool known = before.text != "inputs." + safe_name(name) || before.present.empty();
  for (Symbol::Step& step : symbol.steps) {
    // Where something fails the run ends here: what is set then counts for nobody.
    if (step.in_rescue) continue;
    LocalNames local(names);
    bind(step.variables, local);
    const std::size_t here = position_;
    position_ = step.position;
    // A fact that has the name of a result is made of it.
    if (!registered_.contains(name)) local.set(name, current);
    Cel decides = fact_atom("true", Type::kBool);
    if (step.loop == nullptr) {
      for (const std::string& text : step.conditions) decides = both_of(decides, condition_text(text, local));
    }
    Cel value;
    if (step.loop == nullptr) {
      value = value_of(*step.value, local);
    } else {
      value = step_in_loop(name, step, current, known, local);
      decides = fact_atom("true", Type::kBool);
    }
    // Nobody else set it: what somebody sets from outside counts where the condition does not hold.
    Cel otherwise = current;
    const bool settles = value.type != Type::kAny && value.type != Type::kNull;
    if (symbol.may_be_null && symbol.by_default == nullptr && settles) symbol.input_type = value.type;
    if (settles && current.text == "inputs." + safe_name(name)) otherwise.type = value.type;
    const bool outside_alone = current.text == "inputs." + safe_name(name) && !current.present.empty();
    if (outside_alone && decides.text != current.text + " == null")
      otherwise = fact_atom("dyn(" + current.text + ")", Type::kAny);
    const std::string there = step.loop != nullptr ? value.present : present_of(decides, current);
    current = choice_of(decides, value, otherwise);
    current.present = there;
    known = true;
    position_ = here;
  }
  current.optional.clear();
  return current;
}

}  // namespace plumb::imports
