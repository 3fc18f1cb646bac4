// Between schemas and the types that expressions have.
#pragma once

#include <string>

#include "engine/base/json.h"
#include "engine/lang/cel/type.h"

namespace plumb::config {

// The type of a value that satisfies the schema; dyn where the schema allows several. `name` is what messages call a
// map's type. Keys that are not required are optional fields.
cel::Type type_of_schema(const Json& schema, const Json& root, const std::string& name);

// The type of a value as it is: a map is a record of its keys, and a list has what its items have in common.
cel::Type type_of_value(const Json& value, const std::string& name);

// The type of what is of one type or the other: a field that one of two records lacks may be missing. dyn where they
// have nothing in common.
cel::Type either(const cel::Type& a, const cel::Type& b);

// Whether a map of this schema has to have the key.
bool is_required(const Json& schema, const std::string& key);

// Whether a value of this type can satisfy the schema. A value of a number's or path's format is still checked when
// it is known.
enum class Fit { kYes, kNo, kMayBeNull };
Fit fits(const cel::Type& type, const Json& schema, const Json& root);

// "text", "a whole number", "a list of text": the type in a user's words.
std::string words_for(const cel::Type& type);

}  // namespace plumb::config
