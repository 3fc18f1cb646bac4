#include "engine/import/calls.h"

#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/filter_arguments.h"

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
  if (name == "url" && expr.children.size() == 3) {
    const bool whole = std::any_of(expr.named.begin(), expr.named.end(), [](const auto& one) {
      return one.first == "split_lines" && one.second->text == "false";
    });
    const bool list =
        expr.children[0]->text != "lookup" ||
        std::any_of(expr.named.begin(), expr.named.end(), [](const auto& one) { return one.first == "wantlist"; });
    const std::string text = names.variable("@url " + translate(*expr.children[2], names).text).text;
    if (whole) return made(text, Type::kText);
    return list ? lines_of(text) : made(text + ".replace('\\n', ',')", Type::kText);
  }
  if (name == "items" || name == "list") {
    if (expr.children.size() == 3) return translate(*expr.children[2], names);
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
  if (name == "split" && count == 0) return words_of(object);
  if (name == "split") {
    // A number behind the separator says how often at most: one less than CEL counts.
    if (count > 2 || !expr.named.empty() || (count == 2 && !expr.children[2]->is(Kind::kInt)))
      throw Untranslatable{"`split` with more than a separator"};
    const std::string most = count == 1 ? "" : ", " + std::to_string(small_number(expr.children[2]->text) + 1);
    return made(text_of(object) + ".split(" + translate(*expr.children[1], names).text + most + ")", Type::kList,
                Type::kText);
  }
  if (name == "splitlines") return lines_of(text_of(object));
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
    return made(items.in_brackets(0) +
                    (items.item == Type::kText ? "" : ".map(e, " + printed_text(made("e", items.item)) + ")") +
                    ".join(" + object.text + ")",
                Type::kText);
  }
  if (name == "format") {
    std::string pattern = literal_text(object).value_or("{");
    std::string printed_list;
    for (std::size_t i = 1; i <= count; ++i)
      printed_list += (i == 1 ? "" : ", ") + printed_text(translate(*expr.children[i], names));
    for (std::size_t at = pattern.find("{}"); at != std::string::npos; at = pattern.find("{}")) pattern.erase(at, 2);
    if (pattern.find_first_of("{}%") != std::string::npos || !expr.named.empty())
      throw Untranslatable{"`format` with numbered or named places"};
    return made(base + ".replace('{}', '%s').format([" + printed_list + "])", Type::kText);
  }
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
  // Values never change here: a copy is the value.
  if (name == "items" || (name == "copy" && count == 0)) return object;
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
