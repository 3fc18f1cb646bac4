// Conditions between the keys of a map, and what to say where one does not hold.
#pragma once

#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// The schema's own not, anyOf, oneOf, if and allOf, each as a schema.
std::vector<Json> conditions_of(const Json& schema);

// `value` is the map typed by the schema's properties. Conditions speak of what was written, not of defaults. False
// where one of them does not hold.
bool check_conditions(const Json& value, const lang::Node& node, const std::vector<Json>& conditions, const Json& root,
                      const std::string& name, const SourceSpan& where, Diagnostics& diagnostics);

}  // namespace plumb::config
