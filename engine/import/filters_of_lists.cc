// Filters of lists and maps.
#include <algorithm>

#include "engine/import/filters.h"

namespace plumb::imports::filters {
namespace {

using Kind = Expr::Kind;

// The condition that `selectattr`, `select` and their opposites put on `x`.
Cel selection(const Expr& expr, std::size_t from, const Cel& subject, Names& names) {
  if (expr.children.size() <= from) throw Untranslatable{"a selection without a test"};
  const Expr& name = *expr.children[from];
  if (!name.is(Kind::kText)) throw Untranslatable{"a computed test"};
  auto test_expr = std::make_shared<Expr>();
  test_expr->kind = Kind::kTest;
  test_expr->text = name.text;
  auto holder = std::make_shared<Expr>();
  holder->kind = Kind::kName;
  holder->text = "@subject";
  test_expr->children.push_back(holder);
  for (std::size_t i = from + 1; i < expr.children.size(); ++i) test_expr->children.push_back(expr.children[i]);
  LocalNames local(names);
  local.set("@subject", subject);
  return test(*test_expr, local);
}

}  // namespace

Cel field_of_x(const std::string& path) {
  Cel x = made("x", Type::kAny);
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('.', at), path.size());
    x = member(x, path.substr(at, end - at));
    at = end + 1;
  }
  if (path.find('.') != std::string::npos) x.present = x.optional + ".hasValue()";
  return x;
}

Cel mapped(const Expr& expr, const Cel& value, const Arguments& given, Names& names) {
  for (const auto& [key, attribute] : expr.named) {
    if (key != "attribute" || !attribute->is(Kind::kText)) continue;
    const Cel field = field_of_x(attribute->text);
    const Expr* otherwise = given.given(99, "default");
    const std::string one =
        otherwise == nullptr ? field.text : field.optional + ".orValue(" + translate(*otherwise, names).text + ")";
    return made(base(value) + ".map(x, " + one + ")", Type::kList);
  }
  const Expr* name = given.given(0);
  if (name == nullptr || !name->is(Kind::kText)) throw Untranslatable{"a computed `map`"};
  if (name->text == "extract" && given.count() >= 2)
    return made(base(value) + ".map(x, " + base(given.need(1)) + "[x])", Type::kList);
  auto inner = std::make_shared<Expr>();
  inner->kind = Kind::kFilter;
  inner->text = name->text;
  auto holder = std::make_shared<Expr>();
  holder->kind = Kind::kName;
  holder->text = "@subject";
  inner->children.push_back(holder);
  for (std::size_t i = 2; i < expr.children.size(); ++i) inner->children.push_back(expr.children[i]);
  for (const auto& one : expr.named) inner->named.push_back(one);
  LocalNames local(names);
  Cel x = made("x", value.item);
  if (name->text != "int" && name->text != "bool" && x.type == Type::kAny) x = made("string(x)", Type::kText);
  if (name->text == "first" || name->text == "last" || name->text == "dict2items" || name->text == "combine")
    x = made("x", Type::kAny);
  local.set("@subject", x);
  const Cel one = filter(*inner, local);
  return made(base(value) + ".map(x, " + one.text + ")", Type::kList, one.type);
}

std::optional<Cel> of_list(const Expr& expr, const Cel& value, const Arguments& given, Names& names) {
  const std::string& name = expr.text;
  const auto same = [&](const std::string& text) { return made(text, Type::kList, value.item); };
  if (name == "first" && value.type == Type::kText) return made(base(value) + ".substring(0, 1)", Type::kText);
  if (name == "first") {
    Cel one = made(base(value) + "[0]", value.item);
    one.optional = base(value) + ".first()";
    one.present = "size(" + value.text + ") > 0";
    return one;
  }
  if (name == "unique") return same(base(value) + ".distinct()");
  if (name == "reverse") return made(base(value) + ".reverse()", value.type, value.item);
  if (name == "flatten") {
    // As deep as it goes, but for who says otherwise.
    const Expr* levels = given.given(0, "levels");
    if (levels != nullptr && !levels->is(Kind::kInt)) throw Untranslatable{"`flatten` of a computed depth"};
    const std::string depth = levels == nullptr ? "10" : levels->text == "1" ? "" : levels->text;
    return made(base(value) + ".flatten(" + depth + ")", Type::kList);
  }
  if (name == "sum" && given.given(0, "attribute") != nullptr) {
    const Expr* attribute = given.given(0, "attribute");
    if (!attribute->is(Kind::kText) || given.given(99, "start") != nullptr) throw Untranslatable{"a computed `sum`"};
    return made(base(value) + ".map(x, " + field_of_x(attribute->text).text + ").sum()", Type::kAny);
  }
  if (name == "difference" || name == "union") return same(base(value) + "." + name + "(" + given.need(0).text + ")");
  if (name == "intersect") return same(base(value) + ".intersection(" + given.need(0).text + ")");
  if (name == "symmetric_difference") {
    const Cel other = given.need(0);
    return same(base(value) + ".difference(" + other.text + ") + " + base(other) + ".difference(" + value.text + ")");
  }
  if (name == "product" || name == "zip")
    return made(base(value) + "." + name + "(" + given.need(0).text + ")", Type::kList);
  if (name == "sort" && value.type == Type::kMap) {
    // Pairs that `items()` gives are in the order of their keys anyway; of a map itself its keys are sorted.
    const bool pairs = expr.children[0]->is(Kind::kCall);
    if (!expr.named.empty() || given.count() > 0) throw Untranslatable{"`sort` of a map, otherwise than by its keys"};
    return pairs ? value : made(base(value) + ".map(k, k).sort()", Type::kList, Type::kText);
  }
  if (name == "sort") {
    const Expr* attribute = given.given(99, "attribute");
    const std::string sorted = attribute != nullptr && attribute->is(Kind::kText)
                                   ? base(value) + ".sortBy(x, " + field_of_x(attribute->text).text + ")"
                               : value.item == Type::kText
                                   ? base(value) + ".sortBy(x, x.lowerAscii())"  // as Jinja does
                                   : base(value) + ".sort()";
    return same(sorted + (given.truth(0, "reverse") ? ".reverse()" : ""));
  }
  if (name == "selectattr" || name == "rejectattr") {
    const Expr* attribute = given.given(0);
    if (attribute == nullptr || !attribute->is(Kind::kText)) throw Untranslatable{"a computed attribute"};
    const Cel field = field_of_x(attribute->text);
    Cel found;
    if (given.count() == 1) {
      found = made("optional.ofNonZeroValue(" + field.optional + ".orValue(null)).hasValue()", Type::kBool);
    } else {
      const Cel tested = selection(expr, 2, field, names);
      const bool about_presence = expr.children[2]->is(Kind::kText) &&
                                  (expr.children[2]->text == "defined" || expr.children[2]->text == "undefined");
      found =
          about_presence ? tested : both_of({field.present, Type::kBool, Type::kAny, rank::kRelation, "", ""}, tested);
    }
    return same(base(value) + ".filter(x, " + (name == "selectattr" ? found : negation_of(found)).text + ")");
  }
  if (name == "select" || name == "reject") {
    const Cel x = made("x", value.item);
    const Cel found =
        given.count() == 0 ? made("optional.ofNonZeroValue(x).hasValue()", Type::kBool) : selection(expr, 1, x, names);
    return same(base(value) + ".filter(x, " + (name == "select" ? found : negation_of(found)).text + ")");
  }
  if (name == "subelements") throw Untranslatable{"`subelements` outside of a loop"};
  return std::nullopt;
}

std::optional<Cel> of_map(const Expr& expr, const Cel& value, const Arguments& given) {
  const std::string& name = expr.text;
  if (name == "combine") {
    std::string text = base(value);
    for (std::size_t i = 0; i < given.count(); ++i)
      text += (given.truth(99, "recursive") ? ".mergeDeep(" : ".merge(") + given.need(i).text + ")";
    return made(text, Type::kMap);
  }
  const auto named = [&](const char* key, const char* otherwise) {
    const Expr* found = given.given(99, key);
    return found != nullptr && found->is(Kind::kText) ? found->text : std::string(otherwise);
  };
  if (name == "dict2items")
    return made(base(value) + ".transformList(k, v, {" + cel_text(named("key_name", "key")) + ": dyn(k), " +
                    cel_text(named("value_name", "value")) + ": dyn(v)})",
                Type::kList);
  if (name == "items2dict")
    return made(base(value) + ".transformMapEntry(i, x, {x." + named("key_name", "key") + ": x." +
                    named("value_name", "value") + "})",
                Type::kMap);
  return std::nullopt;
}

}  // namespace plumb::imports::filters
