// Values and other forms of data.
#pragma once

#include <string>

#include "engine/base/json.h"
#include "engine/lang/cel/budget.h"
#include "engine/lang/cel/value.h"

namespace plumb::cel {

// Integers become int, or uint past 2^63-1; texts are UTF-8.
Value from_json(const Json& json);
// An error value where the data has no JSON form without loss: bytes, timestamps, NaN, keys that are not text.
// Nothing is lost in silence; null stands in `json` then.
Value to_json(const Value& value, Json& json, Budget& budget);

// The text a value has inside other text: strings as they are, int, uint, bool and double as string() writes them.
// All else is an error value that names the type and a way out. Appends.
Value append_text(std::string& out, const Value& value);

// As CEL's string(double) writes it: shortest form that reads back, "1e+23", "NaN", "+Inf".
std::string double_text(double value);

// How a person would write the value as a CEL literal; for messages and plumb eval.
std::string display(const Value& value);

}  // namespace plumb::cel
