// Values that no schema types: what they are follows from how they look.
#pragma once

#include <string_view>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// No value, or a plain `null`, `Null`, `NULL` or `~`.
bool is_null(const lang::Node& node);

// What the core schema of YAML makes of it when plain (engine/lang/yaml_core.h), else text.
Json untyped(const lang::Node& node);

// What the core schema makes of the text of a plain scalar, where a plan can hold just that; else null.
Json exact_value(std::string_view text);

// Whether the core schema makes a number of it that is infinite, or none.
bool is_without_bounds(const lang::Node& node);

// Whether it is a whole number past ±(2^53 - 1).
bool is_too_large(const lang::Node& node);

// Whether each whole number in it, read as untyped, is within ±(2^53 - 1), and each other one is neither infinite nor
// none. Of those that are not a plan would hold other ones; they are told: kBadValue.
bool check_exact(const lang::Node& node, Diagnostics& diagnostics);

}  // namespace plumb::config
