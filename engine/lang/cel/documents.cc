// json.* and yaml.*: whole documents from values and back.
#include <algorithm>

#include "engine/base/json.h"
#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/library.h"

namespace plumb::cel {
namespace {

// The form of RFC 8785 cannot hold integers past 2^53 without loss, so numbers are written by what they are.
class JsonWriter {
 public:
  explicit JsonWriter(Budget& budget) : budget_(budget) {}
  Value write(const Value& value);
  std::string text;

 private:
  Value write_list(const Value& list);
  Value write_map(const Value& map);
  Budget& budget_;
};

void append_quoted(std::string& out, std::string_view text) {
  append_canonical(out, Json(std::string(text)));
}

Value JsonWriter::write_list(const Value& list) {
  text += '[';
  for (const Value& item : list.as_list()) {
    if (&item != list.as_list().data()) text += ',';
    if (Value error = write(item); error.is_error()) return error;
  }
  text += ']';
  return {};
}

Value JsonWriter::write_map(const Value& map) {
  text += '{';
  for (const MapEntry& entry : map.as_map()) {
    if (&entry != map.as_map().data()) text += ',';
    if (!entry.key.is_text())
      return fail("JSON has only text as keys; this one is " + std::string(type_name(entry.key.kind())));
    if (!budget_.allocate(2 * entry.key.as_text().size())) return cost_exceeded();
    append_quoted(text, entry.key.as_text());
    text += ':';
    if (Value error = write(entry.value); error.is_error()) return error;
  }
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
    default: {
      Json json;
      if (Value error = to_json(value, json, budget_); error.is_error()) return error;
      append_canonical(text, json);
      return {};
    }
  }
}

Value json_encode(Call& call) {
  JsonWriter writer(call.budget);
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

// Words that no reader takes for anything but text.
bool is_plain_yaml(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto plain = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '/' || c == '.';
  };
  if (text.empty() || text.size() > 80 || !(letter(text[0]) || text[0] == '/' || text[0] == '_')) return false;
  if (!std::all_of(text.begin(), text.end(), plain)) return false;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
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
  text += json.text;
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

}  // namespace

void add_documents(FunctionTable& table) {
  table.add("json.encode(T) -> string", json_encode, "The value as JSON on one line, keys in order");
  table.add("json.decode(string) -> dyn", json_decode, "The value of a JSON text");
  table.add("yaml.encode(T) -> string", yaml_encode, "The value as YAML, with a line break at the end");
}

}  // namespace plumb::cel
