// Host names as text: ranges and the terms of a host pattern.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace plumb::inventory {

inline constexpr std::size_t kMostHosts = 100'000;

// web[01:03].example.com -> web01.example.com … in order. Ranges are numbers or single letters, with an optional step;
// a leading zero keeps the width. A name without a range gives itself. Errors: kBadHostRange, kTooManyHosts.
Result<std::vector<std::string>> expand_hosts(std::string_view name);
// Whether the brackets of a text hold a range rather than a set of a glob.
bool has_range(std::string_view text);
bool is_host_name(std::string_view text);

struct PatternTerm {
  char sign = '\0';  // '&', '!' or nothing
  std::string text;
};
// Splits at `:` and `,` outside of brackets. Errors: kBadPattern.
Result<std::vector<PatternTerm>> split_host_pattern(std::string_view pattern);

}  // namespace plumb::inventory
