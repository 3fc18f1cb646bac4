#include "engine/import/expression.h"

#include <algorithm>

namespace plumb::imports {
namespace {

using Kind = Expr::Kind;
using lang::Node;

Cel made(std::string text, Type type, int how = rank::kAtom) {
  return {std::move(text), type, Type::kAny, how, "", ""};
}

bool is_field(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool word = !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), good);
  return word && name != "in" && name != "true" && name != "false" && name != "null";
}

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
  const Cel object = translate(*expr.children[0], names);
  const std::string base = object.in_brackets(rank::kAtom);
  if (expr.children[3] != nullptr) {
    const bool backwards = expr.children[3]->is(Kind::kNegative) && expr.children[1] == nullptr &&
                           expr.children[2] == nullptr && expr.children[3]->children[0]->text == "1";
    if (!backwards) throw Untranslatable{"a slice with steps"};
    Cel result = made(base + ".reverse()", object.type);
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
  if (object.type == Type::kText) return made(base + ".substring(" + from + ", " + to + ")", Type::kText);
  Cel result = made(base + ".slice(" + from + ", " + to + ")", Type::kList);
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
    const auto side = [&](const Cel& value) {
      return Cel{text_of(value), Type::kText, Type::kAny, rank::kAtom, "", ""};
    };
    const std::string left = is_text(a) ? a.in_brackets(rank::kSum) : side(a).text;
    const std::string right = is_text(b) ? b.in_brackets(rank::kProduct) : side(b).text;
    return made(left + " + " + right, Type::kText, rank::kSum);
  }
  if (op == "%" && is_text(a)) {
    const bool several = expr.children[1]->is(Kind::kList);
    return made(a.in_brackets(0) + ".format(" + (several ? b.text : "[" + b.text + "]") + ")", Type::kText);
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

std::string arguments(const Expr& expr, Names& names) {
  std::string list;
  for (std::size_t i = 1; i < expr.children.size(); ++i)
    list += (list.empty() ? "" : ", ") + translate(*expr.children[i], names).text;
  return list;
}

Cel lookup(const Expr& expr, Names& names) {
  if (expr.children.size() < 2 || !expr.children[1]->is(Kind::kText)) throw Untranslatable{"a computed lookup"};
  std::string name = expr.children[1]->text;
  if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) name = name.substr(dot + 1);
  if (name == "file" && expr.children.size() == 3) {
    const std::optional<Node> path = constant_of(*expr.children[2], names);
    if (!path) throw Untranslatable{"the lookup of a file whose name hangs on the host"};
    if (path->text.starts_with("/") || path->text.starts_with("~"))
      throw Untranslatable{"the lookup of a file outside of the project"};
    return made("file(" + cel_text("files/" + path->text) + ")", Type::kText);
  }
  if ((name == "vars" || name == "dict") && expr.children.size() == 3) {
    if (name == "dict") return translate(*expr.children[2], names);
    if (const std::optional<Node> variable = constant_of(*expr.children[2], names))
      return names.variable(variable->text);
  }
  throw Untranslatable{"`lookup('" + name + "')`"};
}

// What Python calls methods.
Cel method(const Expr& expr, Names& names) {
  const Expr& callee = *expr.children[0];
  const Cel object = translate(*callee.children[0], names);
  const std::string base = object.in_brackets(rank::kAtom);
  const std::string& name = callee.text;
  const std::string list = arguments(expr, names);
  const std::size_t count = expr.children.size() - 1;
  if (name == "split") {
    Cel result = made(count == 0 ? base + ".trim().split(' ')" : base + ".split(" + list + ")", Type::kList);
    result.item = Type::kText;
    return result;
  }
  if (name == "splitlines") {
    Cel result = made(base + ".split('\\n')", Type::kList);
    result.item = Type::kText;
    return result;
  }
  if (name == "startswith") return made(base + ".startsWith(" + list + ")", Type::kBool);
  if (name == "endswith") return made(base + ".endsWith(" + list + ")", Type::kBool);
  if (name == "lower" || name == "upper")
    return made(text_of(object) + (name == "lower" ? ".lowerAscii()" : ".upperAscii()"), Type::kText);
  if (name == "replace" && count == 2) return made(base + ".replace(" + list + ")", Type::kText);
  if (name == "strip" && count == 0) return made(base + ".trim()", Type::kText);
  if (name == "lstrip" || name == "rstrip" || name == "strip") {
    const std::string set = count == 0 ? "\\s" : expr.children[1]->is(Kind::kText) ? expr.children[1]->text : "";
    if (set.size() != 1 && count != 0) throw Untranslatable{"`" + name + "` of several characters"};
    const std::string one = count == 0 ? "\\\\s" : "[" + set + "]";
    const std::string pattern = name == "lstrip"   ? "^" + one + "*"
                                : name == "rstrip" ? one + "*$"
                                                   : "^" + one + "*|" + one + "*$";
    return made("regex.replace(" + base + ", '" + pattern + "', '')", Type::kText);
  }
  if (name == "join" && count == 1) {
    const Cel items = translate(*expr.children[1], names);
    return made(
        items.in_brackets(0) + (items.item == Type::kText ? "" : ".map(e, string(e))") + ".join(" + object.text + ")",
        Type::kText);
  }
  if (name == "format") return made(base + ".replace('{}', '%s').format([" + list + "])", Type::kText);
  if (name == "find") return made(base + ".indexOf(" + list + ")", Type::kInt);
  if (name == "get" && count >= 1) {
    const Cel key = translate(*expr.children[1], names);
    const std::string chain = object.optional.empty() ? base : object.optional;
    Cel result;
    result.optional = chain + "[?" + key.text + "]";
    result.present = key.in_brackets(rank::kSum) + " in " + base;
    result.text =
        result.optional + ".orValue(" + (count == 2 ? translate(*expr.children[2], names).text : "null") + ")";
    if (count == 2) result.optional = result.present = "";
    return result;
  }
  if (name == "keys") {
    Cel result = made(base + ".map(k, k)", Type::kList);
    result.item = Type::kText;
    return result;
  }
  if (name == "values") return made(base + ".transformList(k, v, v)", Type::kList);
  if (name == "items") return object;
  if (name == "isdigit") return made(base + ".matches('^[0-9]+$')", Type::kBool);
  throw Untranslatable{"the method `" + name + "`"};
}

Cel call(const Expr& expr, Names& names) {
  const Expr& callee = *expr.children[0];
  if (callee.is(Kind::kAttribute)) return method(expr, names);
  if (!callee.is(Kind::kName)) throw Untranslatable{"a call of something computed"};
  if (callee.text == "lookup" || callee.text == "query" || callee.text == "q") return lookup(expr, names);
  if (callee.text == "range") {
    Cel result = made("", Type::kList);
    result.item = Type::kInt;
    const std::size_t count = expr.children.size() - 1;
    if (count == 1) {
      result.text = "lists.range(" + translate(*expr.children[1], names).text + ")";
    } else if (count == 2) {
      const Cel from = translate(*expr.children[1], names);
      const Cel to = translate(*expr.children[2], names);
      result.text = "lists.range(" + to.in_brackets(rank::kSum) + " - " + from.in_brackets(rank::kProduct) +
                    ").map(n, n + " + from.in_brackets(rank::kProduct) + ")";
    } else {
      throw Untranslatable{"`range` with steps"};
    }
    return result;
  }
  throw Untranslatable{"the function `" + callee.text + "`"};
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
  if (expr.is(Kind::kName)) return names.variable(expr.text);
  if (expr.is(Kind::kIndex)) return index(expr, names);
  return member(translate(*expr.children[0], names), expr.text);
}

}  // namespace

std::string text_of(const Cel& value) {
  return value.type == Type::kText ? value.in_brackets(rank::kAtom) : "string(" + value.text + ")";
}

std::string printed(const Cel& value) {
  if (value.type != Type::kBool) return value.text;
  if (value.text == "true") return "'True'";
  if (value.text == "false") return "'False'";
  return value.in_brackets(rank::kOr) + " ? 'True' : 'False'";
}

Cel negation_of(const Cel& value) {
  if (value.text == "true") return made("false", Type::kBool);
  if (value.text == "false") return made("true", Type::kBool);
  for (const auto& [a, b] : std::initializer_list<std::pair<std::string_view, const char*>>{{" != null", " == null"},
                                                                                            {" == null", " != null"}}) {
    if (value.text.ends_with(a) && value.text.find(' ') + a.size() == value.text.size())
      return made(value.text.substr(0, value.text.size() - a.size()) + b, Type::kBool, rank::kRelation);
  }
  if (value.text.starts_with('!') && value.rank == rank::kUnary && value.text.size() > 1) {
    std::string inner = value.text.substr(1);
    // Brackets around all of it go.
    int depth = 0;
    bool whole = inner.starts_with('(');
    for (std::size_t at = 0; at < inner.size() && whole; ++at) {
      if (inner[at] == '(') ++depth;
      if (inner[at] == ')' && --depth == 0 && at + 1 < inner.size()) whole = false;
    }
    if (!whole || inner.find('\'') < inner.find('(')) return made(std::move(inner), Type::kBool);
    inner = inner.substr(1, inner.size() - 2);
    const int how = inner.find("||") != std::string::npos   ? rank::kOr
                    : inner.find("&&") != std::string::npos ? rank::kAnd
                                                            : rank::kRelation;
    return made(std::move(inner), Type::kBool, inner.find('?') != std::string::npos ? rank::kConditional : how);
  }
  return made("!" + value.in_brackets(rank::kAtom), Type::kBool, rank::kUnary);
}

Cel both_of(const Cel& a, const Cel& b) {
  if (a.text == "true" || a.text.empty()) return b;
  if (b.text == "true" || b.text.empty()) return a;
  return made(a.in_brackets(rank::kAnd) + " && " + b.in_brackets(rank::kAnd), Type::kBool, rank::kAnd);
}

Cel choice_of(const Cel& decides, const Cel& a, const Cel& b) {
  if (decides.text == "true") return a;
  if (decides.text == "false") return b;
  const bool differ = a.type != b.type && a.type != Type::kAny && b.type != Type::kAny;
  Cel result = made("", differ ? Type::kAny : a.type == Type::kAny ? b.type : a.type, rank::kConditional);
  if (a.type == Type::kAny || b.type == Type::kAny) result.type = Type::kAny;
  result.item = a.item == b.item ? a.item : Type::kAny;
  const std::string yes = differ ? "dyn(" + a.text + ")" : a.in_brackets(rank::kOr);
  const std::string no = b.in_brackets(rank::kConditional);
  result.text = decides.in_brackets(rank::kOr) + " ? " + yes + " : " + no;
  return result;
}

Cel translate(const Expr& expr, Names& names) {
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
    case Kind::kOr: {
      const bool both = expr.is(Kind::kAnd);
      const Cel a = condition(*expr.children[0], names);
      const Cel b = condition(*expr.children[1], names);
      if (both) return both_of(a, b);
      if (a.text == "false") return b;
      if (b.text == "false" || a.text == "true") return a;
      return made(a.in_brackets(rank::kOr) + " || " + b.in_brackets(rank::kOr), Type::kBool, rank::kOr);
    }
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

Cel condition(const Expr& expr, Names& names) {
  const Cel value = translate(expr, names);
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

Cel condition_text(std::string_view text, Names& names) {
  if (text.find("{{") != std::string_view::npos && text.substr(0, 2) == "{{" && text.ends_with("}}"))
    text = text.substr(2, text.size() - 4);
  return condition(*parse_expression(text), names);
}

std::string escaped(std::string_view literal) {
  std::string out;
  for (std::size_t at = 0; at < literal.size(); ++at) {
    if (literal.substr(at).starts_with("${")) out += '$';
    out += literal[at];
  }
  return out;
}

// What a literal of CEL says; nothing where it is none.
std::optional<std::string> literal_text(const Cel& value) {
  const std::string& text = value.text;
  if (value.type == Type::kInt && !text.empty() && text.find_first_not_of("0123456789") == std::string::npos)
    return text;
  if (value.type != Type::kText || text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  std::string out;
  for (std::size_t at = 1; at + 1 < text.size(); ++at) {
    if (text[at] == '\'') return std::nullopt;
    if (text[at] != '\\') {
      out += text[at];
      continue;
    }
    const char next = text[++at];
    out += next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next;
  }
  return out;
}

Text translate_text(std::string_view text, Names& names) {
  const std::vector<TextPart> parts = parse_text(text);
  Text result;
  if (parts.size() == 1 && parts[0].expression != nullptr) {
    result.whole = true;
    result.value = translate(*parts[0].expression, names);
    const std::optional<std::string> literal = literal_text(result.value);
    result.text = literal && result.value.type == Type::kText ? escaped(*literal) : "${" + result.value.text + "}";
    return result;
  }
  for (const TextPart& part : parts) {
    if (part.expression == nullptr) {
      result.text += escaped(part.literal);
      continue;
    }
    const Cel value = translate(*part.expression, names);
    if (value.type == Type::kList || value.type == Type::kMap) throw Untranslatable{"a list or map inside a text"};
    const std::optional<std::string> literal = literal_text(value);
    result.text += literal ? escaped(*literal) : "${" + printed(value) + "}";
  }
  result.value.type = Type::kText;
  return result;
}

Cel text_expression(std::string_view text, Names& names) {
  const std::vector<TextPart> parts = parse_text(text);
  if (parts.size() == 1)
    return parts[0].expression != nullptr ? translate(*parts[0].expression, names)
                                          : made(cel_text(parts[0].literal), Type::kText);
  std::string out;
  for (const TextPart& part : parts) {
    std::string one;
    if (part.expression == nullptr) {
      one = cel_text(part.literal);
    } else {
      const Cel value = translate(*part.expression, names);
      one = value.type == Type::kBool ? "(" + printed(value) + ")" : text_of(value);
    }
    out += (out.empty() ? "" : " + ") + one;
  }
  return made(out, Type::kText, rank::kSum);
}

}  // namespace plumb::imports
