// The types of JSON Schema.
#pragma once

#include <string_view>

#include "engine/base/json.h"

namespace plumb {

// False for a word that is no type.
bool is_of_type(const Json& value, std::string_view type);

// By `type`, `anyOf` and `items` of the schema alone, whatever else it says; a schema without them allows all.
bool has_its_type(const Json& schema, const Json& value);

}  // namespace plumb
