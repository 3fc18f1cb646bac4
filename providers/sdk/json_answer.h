// JSON of programs and files of the host, which may hold anything.
#pragma once

#include <string_view>
#include <utility>

#include "engine/base/json.h"

namespace plumb {

// Null where the text is no JSON, or more or deeper than is read. For answers in which nothing is found then; what has
// to be told of goes through parse_json().
inline Json json_answer(std::string_view text) {
  Result<Json> read = parse_json(text, Code::kCannotObserve);
  return read ? std::move(*read) : Json();
}

}  // namespace plumb
