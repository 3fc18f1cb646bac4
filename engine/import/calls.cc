#include "engine/import/calls.h"

#include "engine/import/expression.h"

namespace plumb::imports {
namespace {

using Kind = Expr::Kind;
using lang::Node;

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
  if (name == "env" && expr.children.size() == 3 && expr.children[2]->is(Kind::kText))
    return names.variable("@env " + expr.children[2]->text);
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

}  // namespace

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

}  // namespace plumb::imports
