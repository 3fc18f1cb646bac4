// Schemas of kinds from outside: what plumb's own are by construction is looked at here, before anything is read by
// them.
#pragma once

#include <string>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb::config {

// Whether the language has this word at the place where a resource names its kind.
bool is_word_of_resources(const std::string& name);

// The schema as kinds have theirs, with its title, and the attributes that every such kind has. kBadProvider, with the
// place in the schema ("properties.value.type"), where it is none: it says something that nobody would look at, or that
// is not of the form that its readers expect.
Result<Json> kind_schema(const std::string& kind, Json schema, bool on_controller);

}  // namespace plumb::config
