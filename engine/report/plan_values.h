// Values of a plan as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace plumb::report {

inline constexpr const char* kSealedText = "(sensitive)";

// On one line, cut short where it is long.
std::string value_text(const Json& value);
// Those of a value that is shown alone: a text of several lines has each of them, a long list each item, and a long map
// each of its values with its path.
std::vector<std::string> value_lines(const Json& value);
// As it is written: 90s, 2m, 1h.
std::string duration_text(int seconds);
// "312 KiB", "5.1 MiB"
std::string size_text(std::uint64_t bytes);
// "3 hosts", "1 host"
std::string counted(std::size_t count, const char* one, const char* many);

}  // namespace plumb::report
