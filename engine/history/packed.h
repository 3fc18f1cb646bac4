// Bytes as they stand in the database: deflated where that makes them shorter. Private to this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::history {

// Shorter than `bytes`, or `bytes` themselves.
std::string pack(std::string_view bytes);
// What pack() took, which had this size. Errors: kHistory where it is something else.
Result<std::string> unpack(std::string_view packed, std::int64_t size);

}  // namespace plumb::history
