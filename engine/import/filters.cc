// Filters of Jinja2 and Ansible, by what stands for them here (docs/guide/from-jinja.md).
#include <algorithm>
#include <functional>
#include <map>

#include "engine/import/expression.h"
#include "engine/import/filter_arguments.h"

namespace plumb::imports {
namespace {

using Kind = Expr::Kind;

std::string texts(const Cel& list) {
  if (list.item == Type::kText) return base(list);
  return base(list) + ".map(e, " + printed_text(made("e", list.item)) + ")";
}

// What a filter takes into account here, besides its value: how many arguments in order, and which by name. Any other
// would be lost.
struct Takes {
  std::string_view filters;
  std::size_t in_order;
  std::string_view named;
};

constexpr Takes kTakes[] = {
    {"default d", 2, "default_value boolean"},
    {"join", 2, "d attribute"},
    {"ternary", 2, "true_val false_val"},
    {"round", 2, "precision method"},
    {"indent", 2, "width first indentfirst"},
    {"sort", 1, "attribute reverse"},
    {"dict2items items2dict", 0, "key_name value_name"},
    {"regex_replace", 2, "pattern replacement ignorecase multiline"},
    {"regex_search", 9, "ignorecase multiline"},
    {"regex_findall", 1, "ignorecase multiline"},
    {"comment", 1, "style decoration prefix postfix beginning end"},
    {"hash checksum", 1, "hashtype"},
    {"truncate", 3, "length killwords end"},
    {"sum", 1, "attribute start"},
    {"flatten", 1, "levels skip_nulls"},
    {"to_uuid", 1, "namespace"},
    {"urlsplit", 1, ""},
    {"difference union intersect symmetric_difference product zip ipaddr split", 1, ""},
    {"replace", 2, ""},
    {"mandatory", 1, "msg"},
    {"b64encode b64decode", 0, "encoding"},
    // What is of another form than Ansible's is told where it is made.
    {"to_json to_nice_json to_yaml to_nice_yaml", 1,
     "indent sort_keys width default_flow_style allow_unicode ensure_ascii explicit_start line_break encoding"},
    {"combine", 20, "recursive"},
    {"map selectattr rejectattr select reject format", 20, "attribute default ignorecase multiline"},
};

bool has_word(std::string_view list, std::string_view word) {
  for (std::size_t at = list.find(word); at != std::string_view::npos; at = list.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
  }
  return false;
}

void refuse_what_is_lost(const Expr& expr, const std::string& filter) {
  const auto* takes = std::find_if(std::begin(kTakes), std::end(kTakes),
                                   [&](const Takes& one) { return has_word(one.filters, filter); });
  const bool known = takes != std::end(kTakes);
  for (const auto& [key, value] : expr.named) {
    const bool taken = known && has_word(takes->named, key);
    // Said outright what goes for it anyway.
    const bool same = key == "list_merge" && value->is(Kind::kText) && value->text == "replace";
    if (!taken && !same) throw Untranslatable{"`" + filter + "` with `" + key + "`"};
  }
  if (expr.children.size() - 1 > (known ? takes->in_order : 0))
    throw Untranslatable{"the filter `" + filter + "` with more arguments than are known here"};
}

// The flags of a pattern, as RE2 has them in front of it.
std::string pattern_flags(const Arguments& given) {
  std::string flags;
  if (given.truth(99, "ignorecase")) flags += "i";
  if (given.truth(99, "multiline")) flags += "m";
  return flags.empty() ? flags : "(?" + flags + ")";
}

// A pattern with them; what is known stays one literal.
Cel flagged(const Cel& pattern, const Arguments& given) {
  const std::string flags = pattern_flags(given);
  if (flags.empty()) return pattern;
  if (const std::optional<std::string> known = literal_text(pattern))
    return made(cel_text(flags + *known), Type::kText);
  return made(cel_text(flags) + " + " + pattern.in_brackets(rank::kProduct), Type::kText, rank::kSum);
}

// Python's replacement text, whose groups are `\1` or `\g<1>`, is RE2's.
std::string group_references(std::string text) {
  for (std::size_t at = text.find("\\\\g<"); at != std::string::npos; at = text.find("\\\\g<", at)) {
    const std::size_t end = text.find('>', at);
    if (end == std::string::npos) break;
    text = text.substr(0, at + 2) + text.substr(at + 4, end - at - 4) + text.substr(end + 1);
  }
  return text;
}

// A pattern whose group `kept`, counted from 1, is the only one that catches; none where it is 0.
std::string with_group(const std::string& pattern, int kept) {
  std::string out;
  int number = 0;
  bool in_class = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    out += c;
    if (c == '\\' && at + 1 < pattern.size()) {
      out += pattern[++at];
    } else if (in_class) {
      // A bracket that comes first is one of its characters.
      if (c == ']' && pattern[at - 1] != '[' && !(pattern[at - 1] == '^' && at > 1 && pattern[at - 2] == '['))
        in_class = false;
    } else if (c == '[') {
      in_class = true;
    } else if (c == '(') {
      const bool named = pattern.compare(at, 3, "(?P") == 0;
      if (at + 1 < pattern.size() && pattern[at + 1] == '?' && !named) continue;
      if (++number == kept) continue;
      out += "?:";
      if (named) at = std::min(pattern.find('>', at), pattern.size());
    }
  }
  return out;
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

// `x | urlsplit('hostname')`.
Cel part_of_url(const Cel& value, const Arguments& given) {
  static const std::map<std::string, std::string> kParts = {
      {"hostname", "host"}, {"scheme", "scheme"}, {"path", "path"}};
  const Expr* wanted = given.given(0);
  const auto part = wanted->is(Kind::kText) ? kParts.find(wanted->text) : kParts.end();
  if (part == kParts.end()) throw Untranslatable{"`urlsplit` of another part than host name, scheme or path"};
  return made("url(" + text_of(value) + ")." + part->second, Type::kText);
}

// Those that are one function of the value, by name.
struct Simple {
  std::string_view name;
  std::string_view text;  // `@` is the value, in brackets where it needs them; `$` its text
  Type type;
  Type item = Type::kAny;
};

constexpr Simple kSimple[] = {
    {"abs", "math.abs(@)", Type::kAny},
    {"b64decode", "string(base64.decode($))", Type::kText},
    {"b64encode", "base64.encode(bytes($))", Type::kText},
    {"basename", "path.basename($)", Type::kText},
    {"count", "size(@)", Type::kInt},
    {"dirname", "path.dirname($)", Type::kText},
    {"dictsort", "@", Type::kMap},
    {"from_json", "json.decode($)", Type::kAny},
    {"from_yaml", "yaml.decode($)", Type::kAny},
    {"ipwrap", "ip($).inURL()", Type::kText},
    {"last", "@[size(@) - 1]", Type::kAny},
    {"length", "size(@)", Type::kInt},
    {"lower", "$.lowerAscii()", Type::kText},
    {"max", "math.greatest(@)", Type::kAny},
    {"md5", "md5($)", Type::kText},
    {"min", "math.least(@)", Type::kAny},
    {"quote", "shellQuote($)", Type::kText},
    {"regex_escape", "regexEscape($)", Type::kText},
    {"sha1", "sha1($)", Type::kText},
    {"sum", "@.sum()", Type::kAny},
    {"to_json", "json.encode(@)", Type::kText},
    {"to_nice_json", "json.encode(@, 4)", Type::kText},
    {"to_nice_yaml", "yaml.encode(@)", Type::kText},
    {"to_yaml", "yaml.encode(@)", Type::kText},
    {"trim", "$.trim()", Type::kText},
    {"upper", "$.upperAscii()", Type::kText},
    {"urldecode", "url.decode($)", Type::kText},
    {"urlencode", "url.encode($).replace('%2F', '/')", Type::kText},
    {"urlsplit", "url($)", Type::kAny},
};

std::optional<Cel> simple(const std::string& name, const Cel& value) {
  for (const Simple& one : kSimple) {
    if (one.name != name) continue;
    std::string text;
    for (const char c : one.text) text += c == '@' ? base(value) : c == '$' ? text_of(value) : std::string(1, c);
    Cel result = made(std::move(text), one.type, one.item);
    // Pairs by their keys, capitals among the others.
    if (name == "dictsort")
      return made(base(value) + ".transformList(k, v, [dyn(k), dyn(v)]).sortBy(e, string(e[0]).lowerAscii())",
                  Type::kList);
    if (name == "last" || name == "max" || name == "min" || name == "sum") result.type = value.item;
    return result;
  }
  return std::nullopt;
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

// What Ansible puts around a text that is a comment: a line before and behind, and signs that begin and end it.
Cel commented(const Cel& value, const Arguments& given) {
  struct Style {
    std::string_view beginning;
    std::string_view decoration;
    std::string_view end;
  };
  static const std::map<std::string, Style, std::less<>> kStyles = {{"plain", {"", "# ", ""}},
                                                                    {"erlang", {"", "% ", ""}},
                                                                    {"c", {"", "// ", ""}},
                                                                    {"cblock", {"/*", " * ", " */"}},
                                                                    {"xml", {"<!--", " - ", "-->"}}};
  const auto word = [&](std::size_t place, const char* name, std::string_view otherwise) {
    const Expr* found = given.given(place, name);
    if (found != nullptr && !found->is(Kind::kText))
      throw Untranslatable{"`comment` with a computed `" + std::string(name) + "`"};
    return found == nullptr ? std::string(otherwise) : found->text;
  };
  const std::string name = word(0, "style", "plain");
  const auto style = kStyles.find(name);
  if (style == kStyles.end()) throw Untranslatable{"`comment('" + name + "')`"};
  const std::string decoration = word(99, "decoration", style->second.decoration);
  const std::string bare = decoration.substr(0, decoration.find_last_not_of(' ') + 1);
  const std::string beginning = word(99, "beginning", style->second.beginning);
  const std::string end = word(99, "end", style->second.end);
  const std::string prefix = word(99, "prefix", bare);
  const std::string head = (beginning.empty() ? "" : beginning + "\n") + (prefix.empty() ? "" : prefix + "\n");
  const std::string tail = "\n" + word(99, "postfix", bare) + (end.empty() ? "" : "\n" + end);
  const std::string own = decoration == "# " ? "" : cel_text(decoration);
  const std::string text = text_of(value) + ".comment(" + own + ") + " + cel_text(tail);
  return made((head.empty() ? "" : cel_text(head) + " + ") + text, Type::kText, rank::kSum);
}

std::optional<Cel> of_text(const Expr& expr, const Cel& value, const Arguments& given) {
  const std::string& name = expr.text;
  if (name == "replace" && given.count() >= 2)
    return made(text_of(value) + ".replace(" + text_of(given.need(0)) + ", " + text_of(given.need(1)) + ")",
                Type::kText);
  if (name == "regex_replace") {
    const Cel pattern = given.given(0, "pattern") == nullptr ? made("''", Type::kText) : given.need(0, "pattern");
    return made("regex.replace(" + text_of(value) + ", " + flagged(pattern, given).text + ", " +
                    group_references(given.text(1, "replacement", "''")) + ")",
                Type::kText);
  }
  if (name == "regex_search") {
    // With groups it gives a list of what they are; else all that matches, whatever groups there are.
    const Cel pattern = flagged(given.need(0), given);
    const std::optional<std::string> known = literal_text(pattern);
    if (given.count() < 2) {
      const std::string whole = known ? cel_text(with_group(*known, 0)) : pattern.text;
      return made("regex.extract(" + text_of(value) + ", " + whole + ").orValue('')", Type::kText);
    }
    std::string list;
    for (std::size_t i = 1; i < given.count(); ++i) {
      const Expr* group = given.given(i);
      const bool number = group != nullptr && group->is(Kind::kText) && group->text.size() == 2 &&
                          group->text[0] == '\\' && group->text[1] >= '1' && group->text[1] <= '9';
      if (!known || !number) throw Untranslatable{"`regex_search` with groups that have names"};
      list += (list.empty() ? "" : ", ") + std::string("?regex.extract(") + text_of(value) + ", " +
              cel_text(with_group(*known, group->text[1] - '0')) + ")";
    }
    return made("[" + list + "]", Type::kList, Type::kText);
  }
  if (name == "regex_findall")
    return made("regex.extractAll(" + text_of(value) + ", " + flagged(given.need(0), given).text + ")", Type::kList,
                Type::kText);
  if (name == "split" && given.count() == 0) return words_of(value);
  if (name == "split") return made(text_of(value) + ".split(" + given.need(0).text + ")", Type::kList, Type::kText);
  if (name == "indent") {
    const std::string width = given.text(0, "width", "4");
    return made(text_of(value) + ".indent(" + width + ")", Type::kText);
  }
  if (name == "comment") return commented(value, given);
  if (name == "hash" || name == "checksum") {
    const Expr* kind = given.given(0, "hashtype");
    const std::string which = kind != nullptr && kind->is(Kind::kText) ? kind->text : "sha1";
    if (which != "sha1" && which != "sha256" && which != "sha512" && which != "md5")
      throw Untranslatable{"`hash('" + which + "')`"};
    return made(which + "(" + text_of(value) + ")", Type::kText);
  }
  if (name == "title")
    return made(
        text_of(value) +
            ".lowerAscii().split(' ').map(w, w.split('-').map(p, p == '' ? p : p.substring(0, 1).upperAscii() + "
            "p.substring(1)).join('-')).join(' ')",
        Type::kText);
  if (name == "capitalize")
    return made("cel.bind(t, " + value.text + ", t.substring(0, 1).upperAscii() + t.substring(1).lowerAscii())",
                Type::kText);
  if (name == "truncate") {
    // Else it ends between two words, with dots.
    const Expr* end = given.given(2, "end");
    if (!given.truth(1, "killwords") || end == nullptr || !end->is(Kind::kText) || !end->text.empty())
      throw Untranslatable{"`truncate` that ends between words, or with a sign"};
    return made(
        "cel.bind(t, " + value.text + ", t.substring(0, math.least(size(t), " + given.text(0, "length", "255") + ")))",
        Type::kText);
  }
  if (name == "splitext")
    return made("[path.withoutExtension(" + text_of(value) + "), path.extension(" + text_of(value) + ")]", Type::kList,
                Type::kText);
  if (name == "format") {
    std::string list;
    for (std::size_t i = 0; i < given.count(); ++i) list += (list.empty() ? "" : ", ") + formatted(given.need(i));
    return made(base(value) + ".format([" + list + "])", Type::kText);
  }
  return std::nullopt;
}

// The name under which DNS knows an address: 4.3.2.1.in-addr.arpa., or the digits of one of IPv6, all of them.
Cel reverse_name(const std::string& address) {
  return made("cel.bind(a, " + address +
                  ".split('/')[0], !a.contains(':') ? a.split('.').reverse().join('.') + '.in-addr.arpa.' : "
                  "cel.bind(p, a.split('::').map(h, h == '' ? [] : h.split(':')), (size(p) == 1 ? p[0] : p[0] + "
                  "lists.range(8 - size(p[0]) - size(p[1])).map(n, '0') + p[1]).map(g, ('000' + "
                  "g.lowerAscii()).substring(size(g) - 1)).join('').split('').reverse().join('.') + '.ip6.arpa.'))",
              Type::kText);
}

std::optional<Cel> of_address(const Expr& expr, const Cel& value, const Arguments& given) {
  const std::string& name = expr.text;
  if (name == "ipv4" || name == "ipv6") {
    if (value.type == Type::kList)
      return made(base(value) + ".filter(a, ip(a).family() == " + name.substr(3) + ")", Type::kList, Type::kText);
    return std::nullopt;
  }
  if (name != "ipaddr") return std::nullopt;
  if (value.type == Type::kList && given.count() == 0) return value;
  if (given.count() == 0) return made("(isIP(" + text_of(value) + ") || isCIDR(" + text_of(value) + "))", Type::kBool);
  const Expr* what = given.given(0);
  const std::string kind = what != nullptr && what->is(Kind::kText) ? what->text : "";
  const std::string network = "cidr(" + text_of(value) + ")";
  if (kind == "address" || kind == "ip") return made(text_of(value) + ".split('/')[0]", Type::kText);
  if (kind == "network") return made("string(" + network + ".masked()).split('/')[0]", Type::kText);
  if (kind == "netmask") return made("string(" + network + ".netmask())", Type::kText);
  if (kind == "prefix") return made(network + ".prefixLength()", Type::kInt);
  if (kind == "broadcast") return made("string(" + network + ".broadcast())", Type::kText);
  if (kind == "revdns") return reverse_name(text_of(value));
  if (kind == "network/prefix" || kind == "subnet") return made("string(" + network + ".masked())", Type::kText);
  throw Untranslatable{"`ipaddr('" + kind + "')`"};
}

}  // namespace

Cel filter(const Expr& given_expr, Names& names) {
  Expr expr = given_expr;
  // With or without its collection.
  expr.text = expr.text.substr(expr.text.rfind('.') + 1);
  const std::string& name = expr.text;
  refuse_what_is_lost(expr, name);
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
  if (name == "mandatory" || name == "safe" || name == "e" || name == "escape") return value;
  if (name == "string") return made(printed_text(value), Type::kText);
  if (name == "join") {
    const Expr* attribute = given.given(1, "attribute");
    if (attribute != nullptr && !attribute->is(Kind::kText)) throw Untranslatable{"a computed attribute"};
    const Cel items = attribute == nullptr
                          ? value
                          : made(base(value) + ".map(x, " + field_of_x(attribute->text).text + ")", Type::kList);
    return made(value.type == Type::kText ? value.text : texts(items) + ".join(" + given.text(0, "d", "''") + ")",
                Type::kText);
  }
  if (name == "ternary") {
    const Cel decides = condition(*expr.children[0], names);
    return choice_of(decides, given.need(0, "true_val"), given.need(1, "false_val"));
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
  if (name == "map") return mapped(expr, value, given, names);
  if (name == "to_json" || name == "to_nice_json" || name == "to_yaml" || name == "to_nice_yaml")
    names.tell("`" + name + "` gives the same value in another form: blanks, quotes and the order of keys differ");
  if (name == "to_uuid") {
    static constexpr const char* kAnsible = "'361e6d51-faec-444a-9079-341386da8e2e'";
    return made("uuid(" + given.text(0, "namespace", kAnsible) + ", " + text_of(value) + ")", Type::kText);
  }
  if (name == "urlsplit" && given.count() == 1) return part_of_url(value, given);
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
  if (auto found = of_list(expr, value, given, names)) return *found;
  if (auto found = of_map(expr, value, given)) return *found;
  if (auto found = of_text(expr, value, given)) return *found;
  if (auto found = of_address(expr, value, given)) return *found;
  if (auto found = simple(name, value)) return *found;
  throw Untranslatable{"the filter `" + name + "`"};
}

}  // namespace plumb::imports
