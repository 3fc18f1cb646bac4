// Filters that are one function of the value, as a table.
#include "engine/base/ascii.h"
#include "engine/import/filters.h"

namespace plumb::imports::filters {
namespace {

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

}  // namespace

std::optional<Cel> simple(const std::string& name, const Cel& value) {
  for (const Simple& one : kSimple) {
    if (one.name != name) continue;
    if (const std::optional<std::string> known = literal_text(value); known && value.type == Type::kText) {
      if (name == "basename") return made(cel_text(known->substr(known->rfind('/') + 1)), Type::kText);
      if (name == "lower") return made(cel_text(lowered(*known)), Type::kText);
    }
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

}  // namespace plumb::imports::filters
