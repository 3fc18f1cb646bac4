// JSON Schema's yes or no over a typed value.
#include <algorithm>

#include "engine/config/text_pattern.h"
#include "engine/config/validate.h"
#include "providers/sdk/json_type.h"

namespace plumb::config {
namespace {

bool has_type(const Json& value, const Json& type) {
  if (type.is_string()) return is_of_type(value, type.get_ref<const std::string&>());
  return std::any_of(type.begin(), type.end(),
                     [&](const Json& one) { return is_of_type(value, one.get_ref<const std::string&>()); });
}

bool object_satisfies(const Json& value, const Json& schema, const Json& root) {
  if (schema.contains("required")) {
    for (const Json& key : schema["required"]) {
      if (!value.contains(key.get<std::string>())) return false;
    }
  }
  for (const auto& [key, member] : value.items()) {
    if (schema.contains("properties") && schema["properties"].contains(key)) {
      if (!satisfies(member, schema["properties"][key], root)) return false;
    } else if (schema.contains("additionalProperties")) {
      if (!satisfies(member, schema["additionalProperties"], root)) return false;
    }
  }
  return true;
}

}  // namespace

bool satisfies(const Json& value, const Json& schema, const Json& root) {
  if (schema.is_boolean()) return schema.get<bool>();
  const auto holds = [&](const Json& part) { return satisfies(value, part, root); };
  if (schema.contains("$ref")) {
    return holds(root.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1))));
  }
  if (schema.contains("type") && !has_type(value, schema["type"])) return false;
  if (schema.contains("const") && value != schema["const"]) return false;
  if (schema.contains("enum") &&
      std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
    return false;
  }
  if (value.is_string() && schema.contains("pattern") &&
      !compiled_pattern(schema["pattern"].get_ref<const std::string&>()).matches(value.get_ref<const std::string&>())) {
    return false;
  }
  if (value.is_number()) {
    if (schema.contains("minimum") && value < schema["minimum"]) return false;
    if (schema.contains("maximum") && value > schema["maximum"]) return false;
  }
  if (value.is_array() && schema.contains("items") && !std::all_of(value.begin(), value.end(), [&](const Json& item) {
        return satisfies(item, schema["items"], root);
      })) {
    return false;
  }
  if (value.is_array() && schema.contains("minItems") && value.size() < schema["minItems"].get<std::size_t>())
    return false;
  if (value.is_array() && schema.contains("maxItems") && value.size() > schema["maxItems"].get<std::size_t>())
    return false;
  if (value.is_object() && !object_satisfies(value, schema, root)) return false;
  if (schema.contains("not") && holds(schema["not"])) return false;
  if (schema.contains("allOf") && !std::all_of(schema["allOf"].begin(), schema["allOf"].end(), holds)) return false;
  if (schema.contains("anyOf") && std::none_of(schema["anyOf"].begin(), schema["anyOf"].end(), holds)) return false;
  if (schema.contains("oneOf") && std::count_if(schema["oneOf"].begin(), schema["oneOf"].end(), holds) != 1)
    return false;
  if (schema.contains("if")) {
    const char* branch = holds(schema["if"]) ? "then" : "else";
    if (schema.contains(branch) && !holds(schema[branch])) return false;
  }
  return true;
}

}  // namespace plumb::config
