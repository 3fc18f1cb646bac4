// The schemas that are built into the program, and the validator that types a YAML tree by them.
//
// Supported JSON Schema subset (reads the same under draft 7 and 2020-12): type, enum, const, properties,
// patternProperties, additionalProperties, propertyNames (pattern), required, minProperties, items, minItems,
// maxItems, uniqueItems, minLength, maxLength, pattern, minimum, maximum, anyOf, oneOf, allOf, not, if/then/else (the
// last five also as conditions between the keys of a map), default, $ref to #/definitions or #/$defs, title,
// description, examples. Extra vocabulary: x-identity, x-format, x-expected (words for a pattern), x-exclusive (lists
// of keys of which one may be given), x-sensitive, x-secret-capable, x-since, x-example, x-content-of.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/json.h"

namespace plumb::config {

// Resource kinds, sorted: "command", "directory", "file", …
std::span<const std::string> resource_kinds();
// The parsed schema of a built-in document: "project", "inventory", "plan", "wire", "resources/file".
// Unknown names are a programming error.
const Json& builtin_schema(std::string_view name);
bool has_schema(std::string_view name);

}  // namespace plumb::config
