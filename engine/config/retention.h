// How much of its history a project keeps: `history` in plumb.yaml.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/json.h"

namespace plumb::config {

// Each bound by itself; nothing where none is set.
struct Retention {
  std::optional<std::int64_t> runs;         // the newest
  std::optional<std::int64_t> age_seconds;  // since they ended
  std::optional<std::int64_t> bytes;        // of the database
};

// `typed` is the whole of `history`, as its schema typed it.
Retention read_retention(const Json& typed);

}  // namespace plumb::config
