// The schemas of the engine's own documents, and the validator that types a YAML tree by them.
//
// Supported JSON Schema subset (reads the same under draft 7 and 2020-12): type, enum, const, properties,
// patternProperties, additionalProperties, propertyNames (pattern), required, minProperties, items, minItems,
// maxItems, uniqueItems, minLength, maxLength, pattern, minimum, maximum, anyOf, oneOf, allOf, not, if/then/else (the
// last five also as conditions between the keys of a map), default, $ref to #/definitions or #/$defs, title,
// description, examples. Extra vocabulary: x-identity, x-key (attributes of which the first that is given is put
// behind the identity in the address, as IDENTITY#KEY), x-format (of templates `content` is kept as bytes and
// `text-template` stands in the resource itself), x-expected (words for a pattern), x-exclusive (lists of keys of which
// one may be given), x-alone (its identity is never a list of them), x-sensitive, x-secret-capable, x-since, x-example,
// x-content-of, x-replacement (the attribute whose groups stand in a text, and the flag that says so), x-step (it can
// be a step around a turn; what of the schema is otherwise then).
#pragma once

#include <string_view>

#include "engine/base/json.h"

namespace plumb::config {

// The parsed schema of one of the engine's own documents: "project", "inventory", "plan", "wire". Those of kinds come
// with the registry. Unknown names are a programming error.
const Json& builtin_schema(std::string_view name);
bool has_schema(std::string_view name);

}  // namespace plumb::config
