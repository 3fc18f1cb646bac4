// toml.*: TOML 1.0 from values and back.
#include <algorithm>
#include <charconv>

// The library asserts where a text surprises it, `[= 1]` for one, and where nothing asserts it takes what it expects
// for so. Here a text that surprises is one that cannot be read.
namespace plumb::cel {
namespace {
struct TomlSurprise {};
[[noreturn]] void be_surprised() {
  throw TomlSurprise();
}
}  // namespace
}  // namespace plumb::cel

#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expr) (static_cast<bool>(expr) ? static_cast<void>(0) : plumb::cel::be_surprised())
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_UNRELEASED_FEATURES 0
#define TOML_MAX_NESTED_VALUES 64
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "engine/base/joined.h"
#include "engine/base/json.h"
#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/library.h"
#include "engine/lang/cel/time.h"

namespace plumb::cel {
namespace {

// The library bounds how deep values nest, and not how many parts a key has, each of which is a level too.
constexpr int kMostParts = 16;

// Where the text of a key or value that begins with this quote ends.
std::size_t behind_quoted(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  const std::string_view three = text.substr(begin, 3);
  const bool multiline = three.size() == 3 && three[1] == quote && three[2] == quote;
  for (std::size_t at = begin + (multiline ? 3 : 1); at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote && (!multiline || text.substr(at, 3) == three)) {
      return at + (multiline ? 3 : 1);
    } else if (text[at] == '\n' && !multiline) {
      return at;
    }
  }
  return text.size();
}

bool has_long_key(std::string_view text) {
  int parts = 1;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = behind_quoted(text, at);
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (c == '.') ++parts;
    if (std::string_view("\n=,[]{}").find(c) != std::string_view::npos) parts = 1;
    if (parts > kMostParts) return true;
    ++at;
  }
  return false;
}

std::string two_digits(unsigned number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string date_text(const toml::date& date) {
  std::string year = std::to_string(date.year);
  return std::string(4 - std::min<std::size_t>(4, year.size()), '0') + year + "-" + two_digits(date.month) + "-" +
         two_digits(date.day);
}

std::string time_text(const toml::time& time) {
  std::string text = two_digits(time.hour) + ":" + two_digits(time.minute) + ":" + two_digits(time.second);
  if (time.nanosecond == 0) return text;
  std::string fraction = std::to_string(time.nanosecond);
  fraction.insert(0, 9 - fraction.size(), '0');
  return text + "." + fraction.substr(0, fraction.find_last_not_of('0') + 1);
}

// A time with its distance from UTC is a timestamp; one without is no point in time, and stays text.
Value time_value(const toml::date_time& time) {
  const std::string text = date_text(time.date) + "T" + time_text(time.time);
  if (!time.offset) return Value::string(text);
  const int minutes = time.offset->minutes;
  const auto size = static_cast<unsigned>(minutes < 0 ? -minutes : minutes);
  const auto point =
      parse_timestamp(text + (minutes < 0 ? "-" : "+") + two_digits(size / 60) + ":" + two_digits(size % 60));
  return point ? Value::timestamp(*point) : fail("a time of the TOML text lies outside the years 1 to 9999");
}

Value value_of(const toml::node& node);

Value list_of(const toml::array& array) {
  std::vector<Value> items;
  items.reserve(array.size());
  for (const toml::node& item : array) {
    items.push_back(value_of(item));
    if (items.back().is_error()) return items.back();
  }
  return Value::list(std::move(items));
}

Value map_of(const toml::table& table) {
  MapBuilder builder;
  builder.reserve(table.size());
  for (const auto& [key, node] : table) {
    Value value = value_of(node);
    if (value.is_error()) return value;
    builder.add(Value::string(key.str()), std::move(value));
  }
  return std::move(builder).finish();
}

Value value_of(const toml::node& node) {
  if (const auto* table = node.as_table()) return map_of(*table);
  if (const auto* array = node.as_array()) return list_of(*array);
  if (const auto* text = node.as_string()) return Value::string(text->get());
  if (const auto* integer = node.as_integer()) return Value::integer(integer->get());
  if (const auto* real = node.as_floating_point()) return Value::real(real->get());
  if (const auto* boolean = node.as_boolean()) return Value::boolean(boolean->get());
  if (const auto* date = node.as_date()) return Value::string(date_text(date->get()));
  if (const auto* time = node.as_time()) return Value::string(time_text(time->get()));
  if (const auto* both = node.as_date_time()) return time_value(both->get());
  return Value::null();
}

Value decode_toml(Call& call) {
  const std::string_view text = call.text(0);
  // A value takes far more than the two bytes that it may be written with.
  if (!call.budget.allocate(64 * text.size())) return cost_exceeded();
  if (has_long_key(text)) return fail("a key of the TOML text has more than " + std::to_string(kMostParts) + " parts");
  try {
    const toml::parse_result result = toml::parse(text);
    if (result) return map_of(result.table());
    return fail("the text is no TOML: line " + std::to_string(result.error().source().begin.line) + ": " +
                std::string(result.error().description()));
  } catch (const TomlSurprise&) {
    return fail("the text is no TOML: nothing that a key, a table or a date is like");
  }
}

class TomlWriter {
 public:
  explicit TomlWriter(Budget& budget) : budget_(budget) {}
  // The entries of a table whose header, if it has one, is written; `path` is its name with a dot behind.
  Value write_table(const Value& map, const std::string& path);
  std::string text;

 private:
  Value write_values(const Value& map);
  Value write_tables(const Value& map, const std::string& path);
  Value write_key(const Value& key);
  Value write_inline(const Value& value);
  Value write_number(double number);
  Value write_list(const Value& list);
  Value write_inline_map(const Value& map);
  Budget& budget_;
};

bool is_table_list(const Value& value) {
  if (!value.is(Kind::kList) || value.as_list().empty()) return false;
  const std::span<const Value> items = value.as_list();
  return std::all_of(items.begin(), items.end(), [](const Value& item) { return item.is(Kind::kMap); });
}

bool has_own_header(const Value& value) {
  return value.is(Kind::kMap) || is_table_list(value);
}

// JSON's escapes are TOML's, which wants one for DEL as well.
void append_string(std::string& out, std::string_view text) {
  std::string quoted;
  append_canonical_text(quoted, text);
  for (const char c : quoted) {
    if (c == '\x7F') {
      out += "\\u007F";
    } else {
      out += c;
    }
  }
}

std::string key_text(std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (bare) return std::string(key);
  std::string text;
  append_string(text, key);
  return text;
}

Value TomlWriter::write_key(const Value& key) {
  if (!key.is_text()) return fail("TOML has only text as keys; this one is " + std::string(type_name(key.kind())));
  if (!budget_.allocate(2 * key.as_text().size() + 4)) return cost_exceeded();
  text += key_text(key.as_text());
  return {};
}

Value TomlWriter::write_number(double number) {
  if (number != number || number - number != 0) {
    text += number != number ? "nan" : number < 0 ? "-inf" : "inf";
    return {};
  }
  const std::string digits = double_text(number);
  text += digits;
  if (digits.find_first_of(".e") == std::string::npos) text += ".0";
  return {};
}

Value TomlWriter::write_list(const Value& list) {
  text += '[';
  for (const Value& item : list.as_list()) {
    if (&item != list.as_list().data()) text += ", ";
    if (Value error = write_inline(item); error.is_error()) return error;
  }
  text += ']';
  return {};
}

Value TomlWriter::write_inline_map(const Value& map) {
  text += '{';
  for (const MapEntry& entry : map.as_map()) {
    text += &entry == map.as_map().data() ? " " : ", ";
    if (Value error = write_key(entry.key); error.is_error()) return error;
    text += " = ";
    if (Value error = write_inline(entry.value); error.is_error()) return error;
  }
  text += map.as_map().empty() ? "}" : " }";
  return {};
}

Value TomlWriter::write_inline(const Value& value) {
  if (!budget_.allocate(32)) return cost_exceeded();
  switch (value.kind()) {
    case Kind::kString:
      if (!budget_.allocate(2 * value.as_text().size())) return cost_exceeded();
      append_string(text, value.as_text());
      return {};
    case Kind::kDouble:
      return write_number(value.as_double());
    case Kind::kTimestamp:
      text += timestamp_text(value.as_timestamp());
      return {};
    case Kind::kList:
      return write_list(value);
    case Kind::kMap:
      return write_inline_map(value);
    case Kind::kUint:
      if (value.as_uint() > INT64_MAX) return fail("TOML has no whole numbers past 2^63 - 1");
      return append_text(text, value);
    case Kind::kBool:
    case Kind::kInt:
      return append_text(text, value);
    case Kind::kNull:
      return fail("TOML has no null", "leave the entry out: {?'key': x} with an optional value");
    default:
      return fail("a value of type " + std::string(type_name(value.kind())) + " has no form in TOML",
                  "write string(x)");
  }
}

Value TomlWriter::write_values(const Value& map) {
  for (const MapEntry& entry : map.as_map()) {
    if (has_own_header(entry.value)) continue;
    if (Value error = write_key(entry.key); error.is_error()) return error;
    text += " = ";
    if (Value error = write_inline(entry.value); error.is_error()) return error;
    text += '\n';
  }
  return {};
}

Value TomlWriter::write_tables(const Value& map, const std::string& path) {
  for (const MapEntry& entry : map.as_map()) {
    if (!has_own_header(entry.value)) continue;
    if (!entry.key.is_text()) return write_key(entry.key);
    const std::string name = path + key_text(entry.key.as_text());
    const bool list = entry.value.is(Kind::kList);
    const std::span<const Value> tables = list ? entry.value.as_list() : std::span(&entry.value, 1);
    for (const Value& table : tables) {
      if (!budget_.allocate(2 * name.size() + 8)) return cost_exceeded();
      append_item(text, std::string(list ? "[[" : "[") + name + (list ? "]]\n" : "]\n"), "\n");
      if (Value error = write_table(table, name + "."); error.is_error()) return error;
    }
  }
  return {};
}

Value TomlWriter::write_table(const Value& map, const std::string& path) {
  if (Value error = write_values(map); error.is_error()) return error;
  return write_tables(map, path);
}

Value encode_toml(Call& call) {
  TomlWriter writer(call.budget);
  if (Value error = writer.write_table(call[0], ""); error.is_error()) return error;
  return Value::string(writer.text);
}

}  // namespace

void add_toml(FunctionTable& table) {
  table.add("toml.encode(map(string, T)) -> string", encode_toml,
            "The map as TOML, keys in order, tables behind values");
  table.add("toml.decode(string) -> dyn", decode_toml,
            "The value of a TOML text; times without a distance from UTC stay text");
}

}  // namespace plumb::cel
