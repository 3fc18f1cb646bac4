// One case of CEL's conformance tests as JSON in, one result as JSON out: what `plumb eval --jsonl` does a line at a
// time. The form of cases and of typed values is that of the conformance data.
//
//   in   {"expr", "bindings"?, "type_env"?, "container"?, "check_only"?, "disable_check"?, "disable_macros"?}
//   out  {"value": {"int": "1"}} or {"type": "int"} (for check_only) or {"error": "…"}
#pragma once

#include "engine/base/json.h"
#include "engine/lang/cel/value.h"

namespace plumb::cel {

// Never fails: whatever is wrong with the case is told in "error".
Json run_case(const Json& test);

// A value in typed form: {"int": "-1"}, {"list": [...]}, {"map": [[key, value], ...]}.
Json to_typed_json(const Value& value);
// An error value where it cannot be read.
Value from_typed_json(const Json& json);

}  // namespace plumb::cel
