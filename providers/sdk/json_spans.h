// A text of JSON with the places of its values, so that one can be changed where it stands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb {

struct SpannedValue {
  enum class Kind { kMap, kList, kOther };
  Kind kind = Kind::kOther;
  std::size_t begin = 0, end = 0;  // in the text
  // Of a map and a list, in the order of the text.
  std::vector<std::string> names;   // of a map
  std::vector<std::size_t> starts;  // of each member: its name, or the value itself in a list
  std::vector<SpannedValue> values;
};

// Error: kRefusedByState, with the line, where it is no JSON, holds a name twice, or is nested deeper than 200.
Result<SpannedValue> read_json_spans(std::string_view text);

}  // namespace plumb
