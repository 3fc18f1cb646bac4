#include "engine/import/expression.h"

#include <algorithm>

#include "engine/import/calls.h"

namespace plumb::imports {
namespace {

using Kind = Expr::Kind;

bool is_field(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool word = !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), good);
  return word && name != "in" && name != "true" && name != "false" && name != "null";
}

// The last one of a list or text, by a negative index.
Cel from_the_end(const Cel& value, long back) {
  const std::string base = value.in_brackets(rank::kAtom);
  const std::string place = "size(" + base + ") - " + std::to_string(back);
  if (value.type == Type::kText) return made(base + ".substring(" + place + ", " + place + " + 1)", Type::kText);
  return made(base + "[" + place + "]", value.item);
}

Cel index(const Expr& expr, Names& names) {
  const Cel object = translate(*expr.children[0], names);
  const Expr& at = *expr.children[1];
  if (at.is(Kind::kText)) return member(object, at.text);
  if (at.is(Kind::kNegative) && at.children[0]->is(Kind::kInt))
    return from_the_end(object, static_cast<long>(small_number(at.children[0]->text)));
  const Cel place = translate(at, names);
  const std::string base = object.in_brackets(rank::kAtom);
  if (object.type == Type::kText)
    return made(base + ".substring(" + place.text + ", " + place.text + " + 1)", Type::kText);
  Cel result = made(base + "[" + place.text + "]", object.item);
  if (place.type == Type::kText) {
    result.optional = base + "[?" + place.text + "]";
    result.present = place.in_brackets(rank::kSum) + " in " + base;
  }
  return result;
}

Cel slice(const Expr& expr, Names& names) {
  constexpr std::size_t kLongObject = 80;
  const Cel object = translate(*expr.children[0], names);
  // What is long is said once.
  const bool bound_once = object.text.size() > kLongObject;
  const std::string base = bound_once ? "whole" : object.in_brackets(rank::kAtom);
  const auto sliced = [&](std::string text, Type type) {
    if (bound_once) text = "cel.bind(whole, " + object.text + ", " + text + ")";
    return made(std::move(text), type);
  };
  if (expr.children[3] != nullptr) {
    const bool backwards = expr.children[3]->is(Kind::kNegative) && expr.children[1] == nullptr &&
                           expr.children[2] == nullptr && expr.children[3]->children[0]->text == "1";
    if (!backwards) throw Untranslatable{"a slice with steps"};
    Cel result = sliced(base + ".reverse()", object.type);
    result.item = object.item;
    return result;
  }
  const auto bound = [&](const ExprPtr& given, const std::string& otherwise) {
    if (given == nullptr) return otherwise;
    const Cel value = translate(*given, names);
    if (given->is(Kind::kNegative))
      return "size(" + base + ") - " + translate(*given->children[0], names).in_brackets(rank::kProduct);
    return value.text;
  };
  const std::string from = bound(expr.children[1], "0");
  const std::string to = bound(expr.children[2], "size(" + base + ")");
  if (object.type == Type::kText) return sliced(base + ".substring(" + from + ", " + to + ")", Type::kText);
  Cel result = sliced(base + ".slice(" + from + ", " + to + ")", Type::kList);
  result.item = object.item;
  return result;
}

bool is_text(const Cel& value) {
  return value.type == Type::kText;
}

Cel binary(const Expr& expr, Names& names) {
  const Cel a = translate(*expr.children[0], names);
  const Cel b = translate(*expr.children[1], names);
  const std::string& op = expr.text;
  if (op == "~" || (op == "+" && (is_text(a) || is_text(b)))) {
    const std::string left = is_text(a) ? a.in_brackets(rank::kSum) : printed_text(a);
    const std::string right = is_text(b) ? b.in_brackets(rank::kProduct) : printed_text(b);
    return made(left + " + " + right, Type::kText, rank::kSum);
  }
  if (op == "%" && is_text(a)) {
    std::string list;
    const Expr& given = *expr.children[1];
    if (given.is(Kind::kList)) {
      for (const ExprPtr& one : given.children) list += (list.empty() ? "" : ", ") + formatted(translate(*one, names));
    } else {
      list = formatted(b);
    }
    return made(a.in_brackets(0) + ".format([" + list + "])", Type::kText);
  }
  if (op == "**") throw Untranslatable{"powers"};
  const bool real = a.type == Type::kFloat || b.type == Type::kFloat;
  if (op == "+" || op == "-") {
    Cel result = made(a.in_brackets(rank::kSum) + " " + op + " " + b.in_brackets(rank::kProduct),
                      a.type == b.type ? a.type : Type::kAny, rank::kSum);
    if (a.type == Type::kList) {
      result.type = Type::kList;
      result.item = a.item == b.item ? a.item : Type::kAny;
    }
    if (real && a.type != b.type) throw Untranslatable{"a sum of a whole and another number"};
    return result;
  }
  if (op == "/") {
    const auto as_double = [](const Cel& v) {
      return v.type == Type::kFloat ? v.in_brackets(rank::kProduct) : "double(" + v.text + ")";
    };
    return made(as_double(a) + " / " + as_double(b), Type::kFloat, rank::kProduct);
  }
  if (op == "*" && (is_text(a) || a.type == Type::kList)) throw Untranslatable{"a repeated text or list"};
  if (op == "*" && real && a.type != b.type) {
    const auto as_double = [](const Cel& v) {
      return v.type == Type::kFloat ? v.in_brackets(rank::kProduct) : "double(" + v.text + ")";
    };
    return made(as_double(a) + " * " + as_double(b), Type::kFloat, rank::kProduct);
  }
  return made(a.in_brackets(rank::kProduct) + " " + (op == "//" ? "/" : op) + " " + b.in_brackets(rank::kUnary),
              a.type == b.type ? a.type : Type::kAny, rank::kProduct);
}

// `ansible_os_family == 'Debian'`: by the names that the facts have here.
std::optional<Cel> fact_comparison(const Expr& expr) {
  const bool swapped = !fact_expression(fact_named(*expr.children[1])).empty() && !expr.children[0]->is(Kind::kName);
  const Expr& side = *expr.children[swapped ? 1 : 0];
  const Expr& other = *expr.children[swapped ? 0 : 1];
  // `ansible_distribution | lower` is what it is called here, but for a few.
  const bool lowered = side.is(Kind::kFilter) && side.text == "lower";
  const std::string fact = fact_named(lowered ? *side.children[0] : side);
  if (fact.empty() || !fact_value(fact, "x")) return std::nullopt;
  const std::string ours = fact_expression(fact);
  const auto theirs = [&](const Expr& text) { return cel_text(*fact_value(fact, text.text)); };
  const bool in = expr.text == "in" || expr.text == "not in";
  if (in && !swapped && other.is(Kind::kList)) {
    std::string list;
    for (const ExprPtr& item : other.children) {
      if (!item->is(Kind::kText)) return std::nullopt;
      list += (list.empty() ? "" : ", ") + theirs(*item);
    }
    const Cel found = made(ours + " in [" + list + "]", Type::kBool, rank::kRelation);
    return expr.text == "in" ? found : negation_of(found);
  }
  if (in || !other.is(Kind::kText)) return std::nullopt;
  if (expr.text != "==" && expr.text != "!=") return std::nullopt;
  return made(ours + " " + expr.text + " " + theirs(other), Type::kBool, rank::kRelation);
}

Cel comparison(const Expr& expr, Names& names) {
  if (auto fact = fact_comparison(expr)) return *fact;
  if ((expr.text == "in" || expr.text == "not in") && expr.children[0]->is(Kind::kText)) {
    // `'x' in ansible_facts.packages`: whether there is one of that name.
    std::vector<std::string> parts = chain_of(*expr.children[1]);
    if (!parts.empty() && (parts.back() == "packages" || parts.back() == "services")) {
      parts.push_back(expr.children[0]->text);
      std::size_t used = 0;
      const std::optional<Cel> found = names.chain(parts, used);
      if (found && used == parts.size() && !found->present.empty()) {
        const Cel there = made(found->present, Type::kBool,
                               found->present.find(' ') == std::string::npos ? rank::kAtom : rank::kRelation);
        return expr.text == "in" ? there : negation_of(there);
      }
    }
  }
  const Cel a = translate(*expr.children[0], names);
  const Cel b = translate(*expr.children[1], names);
  if (expr.text == "in" || expr.text == "not in") {
    Cel found;
    if (is_text(b)) {
      found = made(b.in_brackets(0) + ".contains(" + text_of(a) + ")", Type::kBool);
    } else {
      const bool other = b.type == Type::kList && b.item != Type::kAny && a.type != Type::kAny && b.item != a.type;
      found = made((other ? "dyn(" + a.text + ")" : a.in_brackets(rank::kSum)) + " in " + b.in_brackets(rank::kSum),
                   Type::kBool, rank::kRelation);
    }
    return expr.text == "in" ? found : negation_of(found);
  }
  const bool known = a.type != Type::kAny && b.type != Type::kAny && a.type != b.type;
  const bool equality = expr.text == "==" || expr.text == "!=";
  if (known && equality) {
    if (a.type == Type::kBool && is_text(b))
      return made("(" + a.text + " ? 'True' : 'False') " + expr.text + " " + b.in_brackets(rank::kSum), Type::kBool,
                  rank::kRelation);
    return made("dyn(" + a.text + ") " + expr.text + " " + b.in_brackets(rank::kSum), Type::kBool, rank::kRelation);
  }
  const auto number = [](const Cel& value) {
    return is_text(value) ? "double(" + value.text + ")" : value.in_brackets(rank::kSum);
  };
  if (known && (is_text(a) != is_text(b)))
    return made(number(a) + " " + expr.text + " " + number(b), Type::kBool, rank::kRelation);
  return made(a.in_brackets(rank::kSum) + " " + expr.text + " " + b.in_brackets(rank::kSum), Type::kBool,
              rank::kRelation);
}

Cel list(const Expr& expr, Names& names) {
  std::vector<Cel> items;
  for (const ExprPtr& item : expr.children) items.push_back(translate(*item, names));
  bool mixed = false;
  for (const Cel& item : items) mixed = mixed || item.type != items.front().type;
  std::string text;
  for (const Cel& item : items)
    text += (text.empty() ? "" : ", ") + (mixed && item.type != Type::kAny ? "dyn(" + item.text + ")" : item.text);
  Cel result = made("[" + text + "]", Type::kList);
  if (!mixed && !items.empty()) result.item = items.front().type;
  return result;
}

Cel map(const Expr& expr, Names& names) {
  std::string text;
  for (std::size_t i = 0; i + 1 < expr.children.size(); i += 2) {
    const Cel value = translate(*expr.children[i + 1], names);
    text += (text.empty() ? "" : ", ") + translate(*expr.children[i], names).text + ": dyn(" + value.text + ")";
  }
  return made("{" + text + "}", Type::kMap);
}

// `hostvars[inventory_hostname].x` and `vars['x']` are `x`; empty where it is neither.
std::string own_variable(const Expr& expr) {
  if (!expr.is(Kind::kAttribute) && !expr.is(Kind::kIndex)) return "";
  const Expr& object = *expr.children[0];
  const bool literal = expr.is(Kind::kAttribute) || expr.children[1]->is(Kind::kText);
  const bool all = object.is(Kind::kName) && object.text == "vars";
  const bool host = object.is(Kind::kIndex) && object.children[0]->is(Kind::kName) &&
                    object.children[0]->text == "hostvars" && object.children[1]->is(Kind::kName) &&
                    object.children[1]->text == "inventory_hostname";
  if (!literal || (!all && !host)) return "";
  return expr.is(Kind::kAttribute) ? expr.text : expr.children[1]->text;
}

// `hostvars[other].x`: what the inventory or an earlier run knows of another host.
std::optional<Cel> of_another_host(const Expr& expr, Names& names) {
  std::vector<std::string> parts;
  const Expr* at = &expr;
  const auto is_hostvars = [](const Expr& one) {
    return one.is(Kind::kIndex) && one.children[0]->is(Kind::kName) && one.children[0]->text == "hostvars";
  };
  while (!is_hostvars(*at)) {
    const bool named = at->is(Kind::kAttribute) || (at->is(Kind::kIndex) && at->children[1]->is(Kind::kText));
    if (!named) return std::nullopt;
    parts.insert(parts.begin(), at->is(Kind::kAttribute) ? at->text : at->children[1]->text);
    at = at->children[0].get();
  }
  if (parts.empty()) return std::nullopt;
  const std::string name = text_of(translate(*at->children[1], names));
  if (parts[0] == "inventory_hostname") return made(name, Type::kText);
  const std::string host = "host(" + name + ")";
  if (parts[0] == "ansible_host" || parts[0] == "ansible_ssh_host") return made(host + ".address", Type::kText);
  std::size_t used = 1;
  Cel found = made(host + ".inputs." + safe_name(parts[0]), Type::kAny);
  if (parts[0].starts_with("ansible_")) {
    std::vector<std::string> fact = parts;
    const bool all = fact[0] == "ansible_facts" && fact.size() > 1;
    if (all) fact.erase(fact.begin());
    if (fact[0].starts_with("ansible_")) fact[0].erase(0, 8);
    const std::optional<Cel> own = fact_of(fact, used);
    const bool plain = own && own->text.starts_with("facts.") && own->text.find_first_of(" ([?") == std::string::npos;
    if (!plain) throw Untranslatable{"the fact `" + parts[0] + "` of another host"};
    if (all) ++used;
    found = made(host + ".?facts.optMap(f, f" + own->text.substr(5) + ").orValue(" + zero_of(own->type) + ")",
                 own->type, own->item);
  }
  for (; used < parts.size(); ++used) found = member(found, parts[used]);
  return found;
}

Cel chained(const Expr& expr, Names& names) {
  const std::vector<std::string> chain = chain_of(expr);
  if (!chain.empty()) {
    std::size_t used = 0;
    if (std::optional<Cel> found = names.chain(chain, used)) {
      for (std::size_t i = used; i < chain.size(); ++i) {
        const bool number = !chain[i].empty() && chain[i].find_first_not_of("0123456789") == std::string::npos;
        found = number ? made(found->in_brackets(0) + "[" + chain[i] + "]", found->item) : member(*found, chain[i]);
      }
      return *found;
    }
  }
  if (const std::string own = own_variable(expr); !own.empty()) return names.variable(own);
  if (std::optional<Cel> other = of_another_host(expr, names)) return *other;
  if (expr.is(Kind::kName)) return names.variable(expr.text);
  if (expr.is(Kind::kIndex)) return index(expr, names);
  return member(translate(*expr.children[0], names), expr.text);
}

}  // namespace

Cel member(const Cel& object, const std::string& name) {
  Cel result;
  const std::string base = object.in_brackets(rank::kAtom);
  result.text = is_field(name) ? base + "." + name : base + "[" + cel_text(name) + "]";
  const std::string chain = object.optional.empty() ? base : object.optional;
  result.optional = is_field(name) ? chain + ".?" + name : chain + "[?" + cel_text(name) + "]";
  const std::string here = is_field(name) ? "has(" + base + "." + name + ")" : cel_text(name) + " in " + base;
  result.present = object.present.empty() ? here : object.present + " && " + here;
  return result;
}

namespace {

// A value as a condition: Jinja takes much for true, CEL only true.
Cel truth_of(const Cel& value) {
  Cel result;
  switch (value.type) {
    case Type::kBool:
      result = value;
      break;
    case Type::kText:
      result = made(value.in_brackets(rank::kSum) + " != ''", Type::kBool, rank::kRelation);
      break;
    case Type::kInt:
      result = made(value.in_brackets(rank::kSum) + " != 0", Type::kBool, rank::kRelation);
      break;
    case Type::kFloat:
      result = made(value.in_brackets(rank::kSum) + " != 0.0", Type::kBool, rank::kRelation);
      break;
    case Type::kList:
    case Type::kMap:
      result = made("size(" + value.text + ") > 0", Type::kBool, rank::kRelation);
      break;
    case Type::kNull:
      result = made("false", Type::kBool);
      break;
    case Type::kAny:
      result = made("optional.ofNonZeroValue(" + value.text + ").hasValue()", Type::kBool);
      break;
  }
  // What is not there is an error in Ansible, too; only what never is there is false.
  return value.present == "false" ? made("false", Type::kBool) : result;
}

Cel joined_conditions(bool both, const Cel& a, const Cel& b) {
  if (both) return both_of(a, b);
  if (a.text == "false") return b;
  if (b.text == "false" || a.text == "true") return a;
  return made(a.in_brackets(rank::kOr) + " || " + b.in_brackets(rank::kOr), Type::kBool, rank::kOr);
}

// `a or b`, `a and b`: one of the two values, whichever decides.
Cel one_of_two(const Expr& expr, Names& names) {
  const bool both = expr.is(Kind::kAnd);
  const Cel a = translate(*expr.children[0], names);
  const Cel b = translate(*expr.children[1], names);
  if (a.type == Type::kBool && b.type == Type::kBool) return joined_conditions(both, a, b);
  const Cel decides = truth_of(a);
  return both ? choice_of(decides, b, a) : choice_of(decides, a, b);
}

Cel translated(const Expr& expr, Names& names) {
  switch (expr.kind) {
    case Kind::kText:
      return made(cel_text(expr.text), Type::kText);
    case Kind::kInt:
      return made(expr.text, Type::kInt);
    case Kind::kFloat:
      return made(expr.text, Type::kFloat);
    case Kind::kBool:
      return made(expr.text, Type::kBool);
    case Kind::kNone:
      return made("null", Type::kNull);
    case Kind::kName:
    case Kind::kAttribute:
    case Kind::kIndex:
      return chained(expr, names);
    case Kind::kSlice:
      return slice(expr, names);
    case Kind::kCall:
      return call(expr, names);
    case Kind::kFilter:
      return filter(expr, names);
    case Kind::kTest:
      return test(expr, names);
    case Kind::kNot:
      return negation_of(condition(*expr.children[0], names));
    case Kind::kNegative: {
      const Cel value = translate(*expr.children[0], names);
      return made("-" + value.in_brackets(rank::kAtom), value.type, rank::kUnary);
    }
    case Kind::kBinary:
      return binary(expr, names);
    case Kind::kCompare:
      return comparison(expr, names);
    case Kind::kAnd:
    case Kind::kOr:
      return one_of_two(expr, names);
    case Kind::kConditional: {
      const Cel decides = condition(*expr.children[1], names);
      const Cel yes = translate(*expr.children[0], names);
      const Cel no = expr.children[2] != nullptr ? translate(*expr.children[2], names) : made("''", Type::kText);
      return choice_of(decides, yes, no);
    }
    case Kind::kList:
      return list(expr, names);
    case Kind::kMap:
      return map(expr, names);
  }
  throw Untranslatable{"an expression"};
}

}  // namespace

Cel translate(const Expr& expr, Names& names) {
  constexpr std::size_t kMostExpression = 50'000;
  Cel result = translated(expr, names);
  if (result.text.size() > kMostExpression) throw Untranslatable{"an expression that grows too long"};
  return result;
}

Cel condition(const Expr& expr, Names& names) {
  if (!expr.is(Kind::kAnd) && !expr.is(Kind::kOr)) return truth_of(translate(expr, names));
  const Cel a = condition(*expr.children[0], names);
  return joined_conditions(expr.is(Kind::kAnd), a, condition(*expr.children[1], names));
}

Cel condition_text(std::string_view text, Names& names) {
  if (text.find("{{") != std::string_view::npos && text.substr(0, 2) == "{{" && text.ends_with("}}"))
    text = text.substr(2, text.size() - 4);
  return condition(*parse_expression(text), names);
}

}  // namespace plumb::imports
