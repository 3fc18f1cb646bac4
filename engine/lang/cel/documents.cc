// json.* and yaml.*: whole documents from values and back.
#include <algorithm>
#include <cmath>

#include "engine/base/ascii.h"
#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/library.h"
#include "engine/lang/cel/utf8.h"
#include "engine/lang/yaml.h"
#include "engine/lang/yaml_core.h"

namespace plumb::cel {
namespace {

// The form of RFC 8785 cannot hold integers past 2^53 without loss, so numbers are written by what they are.
class JsonWriter {
 public:
  // With a width, each element and entry has a line of its own, moved in by so many blanks a level.
  explicit JsonWriter(Budget& budget, std::size_t width = 0) : budget_(budget), width_(width) {}
  Value write(const Value& value);
  std::string text;

 private:
  Value write_list(const Value& list);
  Value write_map(const Value& map);
  bool next_line();
  Budget& budget_;
  std::size_t width_;
  std::size_t level_ = 0;
};

void append_quoted(std::string& out, std::string_view text) {
  append_canonical(out, Json(std::string(text)));
}

bool JsonWriter::next_line() {
  if (width_ == 0) return true;
  if (!budget_.allocate(1 + width_ * level_)) return false;
  text += '\n';
  text.append(width_ * level_, ' ');
  return true;
}

Value JsonWriter::write_list(const Value& list) {
  text += '[';
  ++level_;
  for (const Value& item : list.as_list()) {
    if (&item != list.as_list().data()) text += ',';
    if (!next_line()) return cost_exceeded();
    if (Value error = write(item); error.is_error()) return error;
  }
  --level_;
  if (!list.as_list().empty() && !next_line()) return cost_exceeded();
  text += ']';
  return {};
}

Value JsonWriter::write_map(const Value& map) {
  text += '{';
  ++level_;
  for (const MapEntry& entry : map.as_map()) {
    if (&entry != map.as_map().data()) text += ',';
    if (!next_line()) return cost_exceeded();
    if (!entry.key.is_text())
      return fail("JSON has only text as keys; this one is " + std::string(type_name(entry.key.kind())));
    if (!budget_.allocate(2 * entry.key.as_text().size())) return cost_exceeded();
    append_quoted(text, entry.key.as_text());
    text += width_ == 0 ? ":" : ": ";
    if (Value error = write(entry.value); error.is_error()) return error;
  }
  --level_;
  if (!map.as_map().empty() && !next_line()) return cost_exceeded();
  text += '}';
  return {};
}

Value JsonWriter::write(const Value& value) {
  if (!budget_.allocate(8)) return cost_exceeded();
  switch (value.kind()) {
    case Kind::kInt:
      text += std::to_string(value.as_int());
      return {};
    case Kind::kUint:
      text += std::to_string(value.as_uint());
      return {};
    case Kind::kString:
      if (!budget_.allocate(2 * value.as_text().size())) return cost_exceeded();
      append_quoted(text, value.as_text());
      return {};
    case Kind::kList:
      return write_list(value);
    case Kind::kMap:
      return write_map(value);
    case Kind::kDouble:
      // A whole number of so many digits would be read as that very number, and not as the nearest double.
      if (std::isfinite(value.as_double()) && std::fabs(value.as_double()) >= 0x1p53) {
        text += double_text(value.as_double());
        return {};
      }
      [[fallthrough]];
    default: {
      Json json;
      if (Value error = to_json(value, json, budget_); error.is_error()) return error;
      append_canonical(text, json);
      return {};
    }
  }
}

constexpr std::int64_t kWidestLevel = 16;

Value json_encode(Call& call) {
  const std::int64_t width = call.size() == 2 ? call[1].as_int() : 0;
  if (width < 0 || width > kWidestLevel) {
    return fail("JSON is moved in by 0 to " + std::to_string(kWidestLevel) + " blanks a level, not by " +
                std::to_string(width));
  }
  JsonWriter writer(call.budget, static_cast<std::size_t>(width));
  if (Value error = writer.write(call[0]); error.is_error()) return error;
  return Value::string(writer.text);
}

Value json_decode(Call& call) {
  // A document of n bytes becomes a tree of several times its size.
  if (!call.budget.allocate(8 * call.text(0).size())) return cost_exceeded();
  const auto json = parse_json(call.text(0), Code::kEvaluationFailed);
  return json ? from_json(*json) : fail("the text is no JSON: " + json.error().summary());
}

// Block style with two blanks; strings are quoted as in JSON, which YAML reads the same.
class YamlWriter {
 public:
  explicit YamlWriter(Budget& budget) : budget_(budget) {}
  // Where it stands, and with the line's end.
  Value write(const Value& value, std::size_t indent, bool behind_key);
  std::string text;

 private:
  Value write_scalar(const Value& value);
  Budget& budget_;
};

bool is_empty(const Value& value) {
  return value.is(Kind::kList) ? value.as_list().empty() : value.as_map().empty();
}

// What YAML wants escaped, or some of its readers take for the end of a line or for nothing, where JSON has it as it
// is.
bool is_escaped_in_yaml(std::uint32_t c) {
  return (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

void append_yaml_text(std::string& out, std::string_view json) {
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t begin = at;
    const std::uint32_t c = next_code_point(json, at);
    if (!is_escaped_in_yaml(c)) {
      out += json.substr(begin, at - begin);
      continue;
    }
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[c >> shift & 0xFU];
  }
}

// Words that no reader takes for anything but text.
bool is_plain_yaml(std::string_view text) {
  const auto plain = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '/' || c == '.'; };
  if (text.empty() || text.size() > 80 || !(is_letter(text[0]) || text[0] == '/' || text[0] == '_')) return false;
  if (!std::all_of(text.begin(), text.end(), plain)) return false;
  const std::string lower = lowered(text);
  for (const std::string_view word : {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}) {
    if (lower == word) return false;
  }
  return true;
}

Value YamlWriter::write_scalar(const Value& value) {
  if (value.is_text() && is_plain_yaml(value.as_text())) {
    if (!budget_.allocate(value.as_text().size())) return cost_exceeded();
    text += value.as_text();
    return {};
  }
  JsonWriter json(budget_);
  if (Value error = json.write(value); error.is_error()) return error;
  // An exponent without a point before it is text for readers of YAML 1.1.
  const std::size_t exponent = value.is(Kind::kDouble) ? json.text.find('e') : std::string::npos;
  if (exponent != std::string::npos && json.text.find('.') == std::string::npos) json.text.insert(exponent, ".0");
  append_yaml_text(text, json.text);
  return {};
}

Value YamlWriter::write(const Value& value, std::size_t indent, bool behind_key) {
  const bool is_list = value.is(Kind::kList);
  if ((!is_list && !value.is(Kind::kMap)) || is_empty(value)) {
    if (behind_key) text += ' ';
    if (Value error = write_scalar(value); error.is_error()) return error;
    text += '\n';
    return {};
  }
  if (behind_key) text += '\n';
  const std::size_t count = is_list ? value.as_list().size() : value.as_map().size();
  for (std::size_t i = 0; i < count; ++i) {
    if (!budget_.allocate(indent + 8)) return cost_exceeded();
    // The first one behind a dash stands on the dash's line.
    if (i > 0 || behind_key || text.empty() || text.back() == '\n') text.append(indent, ' ');
    if (is_list) {
      text += "- ";
      if (Value error = write(value.as_list()[i], indent + 2, false); error.is_error()) return error;
      continue;
    }
    const MapEntry& entry = value.as_map()[i];
    if (!entry.key.is_text()) return fail("a YAML file of this kind has only text as keys");
    if (Value error = write_scalar(entry.key); error.is_error()) return error;
    text += ':';
    if (Value error = write(entry.value, indent + 2, true); error.is_error()) return error;
  }
  return {};
}

Value yaml_encode(Call& call) {
  YamlWriter writer(call.budget);
  if (Value error = writer.write(call[0], 0, false); error.is_error()) return error;
  return Value::string(writer.text);
}

// What no schema types is what the core schema says where it stands without quotes; else text.
Value value_of(const lang::Node& node) {
  if (node.is_sequence()) {
    std::vector<Value> items;
    items.reserve(node.items.size());
    for (const lang::Node& item : node.items) items.push_back(value_of(item));
    return Value::list(std::move(items));
  }
  if (node.is_map()) {
    MapBuilder builder;
    builder.reserve(node.entries.size());
    for (const lang::Entry& entry : node.entries) builder.add(Value::string(entry.key), value_of(entry.value));
    return std::move(builder).finish();
  }
  if (node.is_null()) return Value::null();
  if (!node.is_plain()) return Value::string(node.text);
  using Type = lang::CoreScalar::Type;
  const lang::CoreScalar core = lang::core_scalar(node.text);
  if (core.type == Type::kNull) return Value::null();
  if (core.type == Type::kBoolean) return Value::boolean(core.boolean);
  if (core.type == Type::kInteger) return Value::integer(core.integer);
  return core.type == Type::kNumber ? Value::real(core.number) : Value::string(node.text);
}

Value yaml_decode(Call& call) {
  // A node takes far more than the byte or two that it may be written with.
  if (!call.budget.allocate(64 * call.text(0).size())) return cost_exceeded();
  Diagnostics diagnostics;
  const std::optional<lang::Node> node = lang::read_yaml("", call.text(0), diagnostics);
  if (node && !diagnostics.has_errors()) return value_of(*node);
  const Diagnostic first = diagnostics.sorted().front();
  const std::string place = first.span ? "line " + std::to_string(first.span->line) + ": " : "";
  return fail("the text is no YAML that is read here: " + place + first.summary, first.hint);
}

}  // namespace

void add_documents(FunctionTable& table) {
  table.add("json.encode(T) -> string", json_encode,
            "The value as JSON on one line, or moved in by so many blanks a level; keys in order");
  table.add("json.encode(T, int) -> string", json_encode);
  table.add("json.decode(string) -> dyn", json_decode, "The value of a JSON text");
  table.add("yaml.encode(T) -> string", yaml_encode, "The value as YAML, with a line break at the end");
  table.add("yaml.decode(string) -> dyn", yaml_decode,
            "The value of a YAML text, read as strictly as configuration: no tags, anchors or repeated keys");
}

}  // namespace plumb::cel
