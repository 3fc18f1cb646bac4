// Filters of Jinja2 and Ansible, by what stands for them here (docs/guide/from-jinja.md): which is which, and those
// that take values of any type.
#include "engine/import/filters.h"

#include <map>

namespace plumb::imports {
namespace {

using Kind = Expr::Kind;

std::string texts(const Cel& list) {
  if (list.item == Type::kText) return base(list);
  return base(list) + ".map(e, " + printed_text(made("e", list.item)) + ")";
}

Cel defaulted(const Cel& value, const Arguments& given, Names& names) {
  const Expr* other = given.given(0, "default_value");
  if (other != nullptr && other->is(Kind::kName) && other->text == "omit") {
    Cel result = value;
    if (given.truth(1, "boolean") || value.present.empty())
      result.optional = given.truth(1, "boolean") ? "optional.ofNonZeroValue(" + value.text + ")" : "";
    return result;
  }
  Cel fallback = other == nullptr ? made("''", Type::kText) : translate(*other, names);
  // A null goes with a value of whatever type.
  if (fallback.type == Type::kNull) fallback = made("dyn(null)", Type::kAny);
  const bool empty_too = given.truth(1, "boolean");
  if (!empty_too && value.present.empty()) return value;
  if (value.present == "false") return fallback;
  Cel result = made("", value.type == fallback.type ? value.type : Type::kAny,
                    value.item == fallback.item ? value.item : Type::kAny);
  // Who gives an empty list in its place means a list.
  if (value.type == Type::kAny && (fallback.type == Type::kList || fallback.type == Type::kMap))
    result.type = fallback.type;
  if (empty_too) {
    const std::string first = value.optional.empty() ? value.text : value.optional + ".orValue(null)";
    if (value.type == Type::kBool) return choice_of(value, value, fallback);
    result.text = "optional.ofNonZeroValue(" + first + ").orValue(" + fallback.text + ")";
    return result;
  }
  if (!value.optional.empty()) {
    // A map of the host's may have a type of its own.
    const bool of_any =
        fallback.type == Type::kMap || (fallback.type == Type::kAny && !fallback.text.starts_with("dyn("));
    const std::string other_text = of_any ? "dyn(" + fallback.text + ")" : fallback.text;
    result.text = value.optional + ".orValue(" + other_text + ")";
    return result;
  }
  const Cel there{value.present, Type::kBool, Type::kAny, rank::kAnd, "", ""};
  return choice_of(there, value, fallback);
}

Cel as_bool(const Cel& value) {
  if (value.type == Type::kBool) return value;
  if (value.type == Type::kInt)
    return {value.in_brackets(rank::kSum) + " == 1", Type::kBool, Type::kAny, rank::kRelation, "", ""};
  if (value.type == Type::kNull) return made("false", Type::kBool);
  return {
      text_of(value) + ".lowerAscii() in ['true', 'yes', 'on', '1']", Type::kBool, Type::kAny, rank::kRelation, "", ""};
}

Cel as_int(const Cel& value) {
  if (value.type == Type::kInt) return value;
  if (value.type == Type::kBool) return made("(" + value.in_brackets(rank::kOr) + " ? 1 : 0)", Type::kInt);
  // A version with a point is its whole part.
  if (value.text.find("readings.lsb_release") != std::string::npos)
    return made("int(double(" + value.text + "))", Type::kInt);
  // Of what does not match, Jinja makes 0.
  std::string text = value.text;
  if (text.ends_with(".orValue('')")) text = text.substr(0, text.size() - 12) + ".orValue('0')";
  return made("int(" + text + ")", Type::kInt);
}

}  // namespace

Cel filter(const Expr& given_expr, Names& names) {
  Expr expr = given_expr;
  // With or without its collection.
  expr.text = expr.text.substr(expr.text.rfind('.') + 1);
  const std::string& name = expr.text;
  // Tests that were filters once.
  static constexpr std::string_view kTests[] = {"version_compare", "version",  "success",   "succeeded",
                                                "failed",          "changed",  "skipped",   "match",
                                                "search",          "issubset", "issuperset"};
  if (std::find(std::begin(kTests), std::end(kTests), name) != std::end(kTests)) {
    expr.kind = Kind::kTest;
    return test(expr, names);
  }
  filters::refuse_what_is_lost(expr, name);
  const Arguments given(expr, names);
  const Cel value = translate(*expr.children[0], names);
  if (name == "default" || name == "d") return defaulted(value, given, names);
  if (name == "bool") return as_bool(value);
  if (name == "int") return as_int(value);
  if (name == "float") return value.type == Type::kFloat ? value : made("double(" + value.text + ")", Type::kFloat);
  if (name == "list") {
    if (value.type == Type::kMap) return made(base(value) + ".map(k, k)", Type::kList, Type::kText);
    if (value.type == Type::kText) return made(base(value) + ".split('')", Type::kList, Type::kText);
    return value;
  }
  if (name == "mandatory" || name == "safe") return value;
  if (name == "e" || name == "escape") {
    return made(printed_text(value) +
                    ".replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace(\"'\", '&#39;')"
                    ".replace('\"', '&#34;')",
                Type::kText);
  }
  if (name == "string") return made(printed_text(value), Type::kText);
  if (name == "join") {
    const Expr* attribute = given.given(1, "attribute");
    if (attribute != nullptr && !attribute->is(Kind::kText)) throw Untranslatable{"a computed attribute"};
    const Cel items =
        attribute == nullptr
            ? value
            : made(base(value) + ".map(x, " + filters::field_of_x(attribute->text).text + ")", Type::kList);
    return made(value.type == Type::kText ? value.text : texts(items) + ".join(" + given.text(0, "d", "''") + ")",
                Type::kText);
  }
  if (name == "ternary") {
    const Cel decides = condition(*expr.children[0], names);
    const Cel two = choice_of(decides, given.need(0, "true_val"), given.need(1, "false_val"));
    if (given.given(2, "none_val") == nullptr || (value.type != Type::kAny && value.type != Type::kNull)) return two;
    return choice_of(made("dyn(" + value.text + ") == null", Type::kBool, rank::kRelation), given.need(2, "none_val"),
                     two);
  }
  if (name == "round") {
    const Expr* method = given.given(1, "method");
    const std::string which = method != nullptr && method->is(Kind::kText) ? method->text : "round";
    const Expr* digits = given.given(0, "precision");
    if (digits != nullptr && !(digits->is(Kind::kInt) && digits->text == "0"))
      throw Untranslatable{"`round` to a number of digits"};
    const std::string number = value.type == Type::kFloat ? value.text : "double(" + value.text + ")";
    if (which != "round") return made((which == "ceil" ? "math.ceil(" : "math.floor(") + number + ")", Type::kFloat);
    // Python rounds what lies in the middle to the even one.
    return made("cel.bind(n, " + number + ", n - math.floor(n) == 0.5 ? 2.0 * math.round(n / 2.0) : math.round(n))",
                Type::kFloat);
  }
  if (name == "type_debug") {
    const std::map<Type, std::string> known = {{Type::kText, "'str'"},    {Type::kInt, "'int'"},
                                               {Type::kFloat, "'float'"}, {Type::kBool, "'bool'"},
                                               {Type::kList, "'list'"},   {Type::kMap, "'dict'"}};
    if (const auto one = known.find(value.type); one != known.end()) return made(one->second, Type::kText);
    const std::string type = "type(" + value.text + ")";
    return made(type + " == string ? 'str' : " + type + " == int ? 'int' : " + type + " == bool ? 'bool' : " + type +
                    " == list ? 'list' : " + type + " == map ? 'dict' : 'float'",
                Type::kText, rank::kConditional);
  }
  if (name == "map") return filters::mapped(expr, value, given, names);
  if (name == "to_json" || name == "to_nice_json" || name == "to_yaml" || name == "to_nice_yaml")
    names.tell("`" + name + "` gives the same value in another form: blanks, quotes and the order of keys differ");
  if (name == "to_uuid") {
    static constexpr const char* kAnsible = "'361e6d51-faec-444a-9079-341386da8e2e'";
    return made("uuid(" + given.text(0, "namespace", kAnsible) + ", " + text_of(value) + ")", Type::kText);
  }
  if (name == "urlsplit" && given.count() == 1) return filters::part_of_url(value, given);
  if (name == "path_join") return made("path.join(" + value.text + ")", Type::kText);
  if (name == "indent" && (given.truth(1, "first") || given.truth(1, "indentfirst"))) {
    const Expr* width = given.given(0, "width");
    const std::string count = width == nullptr ? "4" : width->text;
    return {cel_text(std::string(count.empty() ? 4U : small_number(count), ' ')) + " + " + text_of(value) + ".indent(" +
                count + ")",
            Type::kText,
            Type::kAny,
            rank::kSum,
            "",
            ""};
  }
  if (auto found = filters::of_list(expr, value, given, names)) return *found;
  if (auto found = filters::of_map(expr, value, given)) return *found;
  if (auto found = filters::of_text(expr, value, given)) return *found;
  if (auto found = filters::of_address(expr, value, given)) return *found;
  if (auto found = filters::simple(name, value)) return *found;
  throw Untranslatable{"the filter `" + name + "`"};
}

}  // namespace plumb::imports
