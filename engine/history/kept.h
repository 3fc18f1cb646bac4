// What runs have replaced or removed: contents by digest, within a budget. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/history/sqlite.h"

namespace plumb::history {

// Of all that are kept, packed. The oldest go for newer ones.
inline constexpr std::int64_t kMostKept = std::int64_t{1} << 30;

// Inside a write transaction. `run`: the number of the one that replaced or removed it. `size`: before it was packed.
// What a plan holds already is not kept twice.
Result<> keep_content(Database& database, std::int64_t run, std::string_view digest, std::int64_t size,
                      std::string_view packed, std::int64_t most = kMostKept);
// That is kept, or that a plan holds; nothing where it is neither, any more.
Result<std::optional<std::string>> kept_content(Database& database, std::string_view digest);

}  // namespace plumb::history
