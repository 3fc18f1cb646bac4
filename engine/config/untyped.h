// Values that no schema types: what they are follows from how they look.
#pragma once

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// No value, or a plain `null`, `Null`, `NULL` or `~`.
bool is_null(const lang::Node& node);

// true and false, decimal numbers and null when plain, else text.
Json untyped(const lang::Node& node);

// Whether each whole number in it, read as untyped, is within ±(2^53 - 1). Of those that are not a plan would hold other
// ones; they are told: kBadValue.
bool check_exact(const lang::Node& node, Diagnostics& diagnostics);

}  // namespace plumb::config
