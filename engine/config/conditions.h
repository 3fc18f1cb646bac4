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

// A map that conditions are to hold for.
struct ConditionedMap {
  const Json& value;  // typed by the schema's properties
  const lang::Node& node;
  const std::string& name;
  const SourceSpan& where;
};

// `root`: the document that the conditions refer to. They speak of what was written, not of defaults. False where one
// of them does not hold.
bool check_conditions(const ConditionedMap& map, const std::vector<Json>& conditions, const Json& root,
                      Diagnostics& diagnostics);

}  // namespace plumb::config
