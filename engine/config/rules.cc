#include "engine/config/rules.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/config/conditions.h"

namespace plumb::config {
namespace {

using Name = std::pair<std::string_view, const Json * Keywords::*>;

// Sorted.
constexpr std::array kNames = {
    Name{"additionalProperties", &Keywords::additional_properties},
    Name{"anyOf", &Keywords::any_of},
    Name{"const", &Keywords::constant},
    Name{"default", &Keywords::default_value},
    Name{"description", &Keywords::description},
    Name{"enum", &Keywords::values},
    Name{"examples", &Keywords::examples},
    Name{"items", &Keywords::items},
    Name{"maxItems", &Keywords::max_items},
    Name{"maxLength", &Keywords::max_length},
    Name{"maximum", &Keywords::maximum},
    Name{"minItems", &Keywords::min_items},
    Name{"minLength", &Keywords::min_length},
    Name{"minProperties", &Keywords::min_properties},
    Name{"minimum", &Keywords::minimum},
    Name{"oneOf", &Keywords::one_of},
    Name{"pattern", &Keywords::pattern},
    Name{"patternProperties", &Keywords::pattern_properties},
    Name{"properties", &Keywords::properties},
    Name{"propertyNames", &Keywords::property_names},
    Name{"required", &Keywords::required},
    Name{"type", &Keywords::type},
    Name{"uniqueItems", &Keywords::unique_items},
    Name{"x-elsewhere", &Keywords::elsewhere},
    Name{"x-exclusive", &Keywords::exclusive},
    Name{"x-expected", &Keywords::expected},
    Name{"x-format", &Keywords::format},
};

void add_type(Types& types, const std::string& name) {
  if (name == "string") types.text = true;
  if (name == "integer") types.integer = true;
  if (name == "number") types.number = true;
  if (name == "boolean") types.boolean = true;
  if (name == "array") types.list = true;
  if (name == "object") types.map = true;
  if (name == "null") types.null = true;
}

void add_type_of(Types& types, const Json& value) {
  add_type(types, value.is_string()    ? "string"
                  : value.is_boolean() ? "boolean"
                  : value.is_number()  ? "number"
                                       : "null");
}

Types types_in(const Keywords& schema) {
  Types types;
  if (schema.type != nullptr && schema.type->is_string()) {
    add_type(types, schema.type->get_ref<const std::string&>());
  } else if (schema.type != nullptr) {
    for (const Json& type : *schema.type) add_type(types, type.get_ref<const std::string&>());
  } else {
    types.map = schema.properties != nullptr || schema.additional_properties != nullptr;
    types.list = schema.items != nullptr;
    if (schema.values != nullptr) {
      for (const Json& value : *schema.values) add_type_of(types, value);
    }
    if (schema.constant != nullptr) add_type_of(types, *schema.constant);
  }
  return types;
}

}  // namespace

Keywords::Keywords(const Json& given) : schema(&given) {
  if (!given.is_object()) return;
  for (auto member = given.begin(); member != given.end(); ++member) {
    const std::string_view key = member.key();
    const auto* const found = std::lower_bound(kNames.begin(), kNames.end(), key,
                                               [](const Name& name, std::string_view one) { return name.first < one; });
    if (found != kNames.end() && found->first == key) this->*found->second = &*member;
  }
  types = types_in(*this);
}

const Json* Keywords::choice() const {
  if (type != nullptr) return nullptr;
  return any_of != nullptr ? any_of : one_of;
}

const Json& Rules::resolve(const Json& schema) const {
  const Json* current = &schema;
  while (current->is_object() && current->contains("$ref")) {
    const std::string target = (*current)["$ref"].get<std::string>().substr(1);
    current = &root_.at(Json::json_pointer(target));
  }
  return *current;
}

const Rule& Rules::of(const Json& given) {
  if (const auto known = rules_.find(&given); known != rules_.end()) return known->second;
  const Json& schema = resolve(given);
  Rule& rule = rules_.try_emplace(&given, schema).first->second;
  if (!rule.types.map) return rule;
  rule.conditions = conditions_of(schema);
  if (rule.properties == nullptr) return rule;
  for (auto property = rule.properties->begin(); property != rule.properties->end(); ++property) {
    const Json& part = resolve(*property);
    if (!part.is_object()) continue;
    if (const auto value = part.find("default"); value != part.end())
      rule.defaults.emplace_back(&property.key(), &*value);
  }
  return rule;
}

const std::string& text_of(const Json* keyword) {
  static const std::string kNone;
  return keyword != nullptr && keyword->is_string() ? keyword->get_ref<const std::string&>() : kNone;
}

}  // namespace plumb::config
