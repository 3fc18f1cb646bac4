// How schemas and nodes are called in messages.
#pragma once

#include <set>
#include <string>

#include "engine/base/json.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// A text member of a schema; empty where there is none.
std::string member(const Json& schema, const char* key);
// The types that a schema allows, from its values where it names none.
std::set<std::string> types_of(const Json& schema);
// "text, a whole number or a list"
std::string words_for(const std::set<std::string>& types);
// What stands there, without repeating it: "this is a list".
std::string found_words(const lang::Node& node);
// " in `inputs`", " in the project", " for file"
std::string in(const std::string& name);
// A value of a schema in backticks, and several of them.
std::string shown(const Json& value);
std::string list_of(const Json& values);

}  // namespace plumb::config
