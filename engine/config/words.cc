#include "engine/config/words.h"

#include <vector>

#include "engine/config/untyped.h"

namespace plumb::config {

std::string member(const Json& schema, const char* key) {
  const auto found = schema.find(key);
  return found != schema.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::set<std::string> types_of(const Json& schema) {
  std::set<std::string> types;
  if (const auto type = schema.find("type"); type != schema.end()) {
    if (type->is_string()) return {type->get<std::string>()};
    for (const Json& one : *type) types.insert(one.get<std::string>());
    return types;
  }
  if (schema.contains("properties") || schema.contains("additionalProperties")) types.insert("object");
  if (schema.contains("items")) types.insert("array");
  Json values = schema.contains("enum") ? schema["enum"] : Json::array();
  if (schema.contains("const")) values.push_back(schema["const"]);
  for (const Json& value : values) {
    types.insert(value.is_string() ? "string" : value.is_boolean() ? "boolean" : value.is_number() ? "number" : "null");
  }
  return types;
}

std::string words_for(const std::set<std::string>& types) {
  std::vector<std::string> words;
  if (types.contains("string")) words.emplace_back("text");
  if (types.contains("integer")) words.emplace_back("a whole number");
  if (types.contains("number")) words.emplace_back("a number");
  if (types.contains("boolean")) words.emplace_back("true or false");
  if (types.contains("array")) words.emplace_back("a list");
  if (types.contains("object")) words.emplace_back("a map");
  if (types.contains("null")) words.emplace_back("nothing");
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  return out;
}

std::string found_words(const lang::Node& node) {
  if (node.is_map()) return "this is a map";
  if (node.is_sequence()) return "this is a list";
  if (node.style == lang::Style::kSingleQuoted || node.style == lang::Style::kDoubleQuoted)
    return "quotes make it text";
  if (!node.is_plain()) return "this is text";
  const Json plain = exact_value(node.text);
  if (plain.is_number()) return "this is a number";
  return plain.is_boolean() ? "this is true or false" : "this is text";
}

std::string in(const std::string& name) {
  const bool place = name.starts_with('`') || name.starts_with("the ") || name.starts_with("an ");
  return (place ? " in " : " for ") + name;
}

std::string shown(const Json& value) {
  return value.is_string() ? "`" + value.get<std::string>() + "`" : "`" + canonical(value) + "`";
}

std::string list_of(const Json& values) {
  constexpr std::size_t kMost = 8;
  std::string out;
  for (std::size_t i = 0; i < values.size() && i < kMost; ++i) {
    out += (i == 0 ? "" : i + 1 == values.size() ? " or " : ", ") + shown(values[i]);
  }
  return values.size() > kMost ? out + ", …" : out;
}

}  // namespace plumb::config
