#include "providers/sdk/json_type.h"

#include <algorithm>
#include <string>

#include "providers/sdk/provider.h"

namespace plumb {

bool is_of_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

bool has_its_type(const Json& schema, const Json& value) {
  const Json& any = member_of(schema, "anyOf");
  if (any.is_array())
    return std::any_of(any.begin(), any.end(), [&](const Json& one) { return has_its_type(one, value); });
  const Json& type = member_of(schema, "type");
  const auto fits = [&](const Json& one) {
    return one.is_string() && is_of_type(value, one.get_ref<const std::string&>());
  };
  if (type.is_string() && !fits(type)) return false;
  if (type.is_array() && std::none_of(type.begin(), type.end(), fits)) return false;
  if (!value.is_array()) return true;
  const Json& items = member_of(schema, "items");
  if (!items.is_object()) return true;
  return std::all_of(value.begin(), value.end(), [&](const Json& item) { return has_its_type(items, item); });
}

}  // namespace plumb
