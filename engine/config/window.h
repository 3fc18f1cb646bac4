// Maintenance windows: when hosts may be changed. The time always comes from the caller.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace plumb::config {

struct Window {
  std::set<unsigned> days;  // on which it opens; 0 is Monday
  int from = 0;             // minutes of the day
  int to = 0;               // the same; where it is not after `from`, of the next day
  int ahead = 0;            // minutes that its clock is ahead of UTC
  friend bool operator==(const Window&, const Window&) = default;
};

// Whether one of them is open.
bool is_open(const std::vector<Window>& windows, std::chrono::sys_seconds now);
// When the next of them opens after `now`. There must be one.
std::chrono::sys_seconds next_opening(const std::vector<Window>& windows, std::chrono::sys_seconds now);

// `typed` is what the schema made of one, or of a list.
std::vector<Window> read_windows(const Json& typed);
Json to_json(const std::vector<Window>& windows);
// Nothing for what has not the shape that to_json() writes.
std::optional<std::vector<Window>> windows_from(const Json& json);

// "Sat, Sun from 02:00 to 05:00 UTC"
std::string text_of(const Window& window);
// "2026-03-07T02:00:00Z"
std::string rfc3339(std::chrono::sys_seconds time);

}  // namespace plumb::config
