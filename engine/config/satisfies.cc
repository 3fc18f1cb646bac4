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

// Of keywords about the members of an object.
bool members_satisfy(std::string_view keyword, const Json& part, const Json& value, const Json& schema,
                     const Json& root) {
  const auto& members = value.get_ref<const Json::object_t&>();
  const auto has = [&members](const Json& key) { return members.contains(key.get_ref<const std::string&>()); };
  if (keyword == "required") return std::all_of(part.begin(), part.end(), has);
  if (keyword == "properties") {
    const auto& properties = part.get_ref<const Json::object_t&>();
    return std::all_of(properties.begin(), properties.end(), [&](const auto& property) {
      const auto member = members.find(property.first);
      return member == members.end() || satisfies(member->second, property.second, root);
    });
  }
  if (keyword != "additionalProperties") return true;
  const auto properties = schema.find("properties");
  return std::all_of(members.begin(), members.end(), [&](const auto& member) {
    return (properties != schema.end() && properties->contains(member.first)) || satisfies(member.second, part, root);
  });
}

bool items_satisfy(std::string_view keyword, const Json& part, const Json& value, const Json& root) {
  if (keyword == "minItems") return value.size() >= part.get<std::size_t>();
  if (keyword == "maxItems") return value.size() <= part.get<std::size_t>();
  return keyword != "items" ||
         std::all_of(value.begin(), value.end(), [&](const Json& item) { return satisfies(item, part, root); });
}

// Schemas have few keywords of the many that there are, so each is asked what it is instead of the schema for each. One
// that says nothing of values is satisfied by all.
bool keyword_satisfied(std::string_view keyword, const Json& part, const Json& value, const Json& schema,
                       const Json& root) {
  const auto holds = [&](const Json& other) { return satisfies(value, other, root); };
  if (keyword == "type") return has_type(value, part);
  if (keyword == "const") return value == part;
  if (keyword == "enum") return std::find(part.begin(), part.end(), value) != part.end();
  if (keyword == "not") return !holds(part);
  if (keyword == "allOf") return std::all_of(part.begin(), part.end(), holds);
  if (keyword == "anyOf") return std::any_of(part.begin(), part.end(), holds);
  if (keyword == "oneOf") return std::count_if(part.begin(), part.end(), holds) == 1;
  if (keyword == "if") {
    const auto branch = schema.find(holds(part) ? "then" : "else");
    return branch == schema.end() || holds(*branch);
  }
  if (value.is_object()) return members_satisfy(keyword, part, value, schema, root);
  if (value.is_array()) return items_satisfy(keyword, part, value, root);
  if (value.is_string() && keyword == "pattern")
    return compiled_pattern(part.get_ref<const std::string&>()).matches(value.get_ref<const std::string&>());
  if (value.is_number() && keyword == "minimum") return !(value < part);
  if (value.is_number() && keyword == "maximum") return !(value > part);
  return true;
}

}  // namespace

bool satisfies(const Json& value, const Json& schema, const Json& root) {
  if (schema.is_boolean()) return schema.get<bool>();
  const auto* const keywords = schema.get_ptr<const Json::object_t*>();
  if (keywords == nullptr) return true;
  // Beside a reference nothing else counts.
  if (const auto elsewhere = keywords->find("$ref"); elsewhere != keywords->end())
    return satisfies(value, root.at(Json::json_pointer(elsewhere->second.get<std::string>().substr(1))), root);
  return std::all_of(keywords->begin(), keywords->end(),
                     [&](const auto& one) { return keyword_satisfied(one.first, one.second, value, schema, root); });
}

}  // namespace plumb::config
