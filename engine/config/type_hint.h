// What to write where a value has another type than is wanted.
#pragma once

#include <set>
#include <string>

#include "engine/config/rules.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// "write true", "remove the quotes"; empty where nothing can be said. `types`: as types_of(); `schema` may be null. Of
// a sensitive value nothing is repeated.
std::string hint_for_type(const lang::Node& node, const std::set<std::string>& types, const Rule* schema,
                          bool sensitive);

}  // namespace plumb::config
