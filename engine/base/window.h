// Maintenance windows: when hosts may be changed. engine/config/opening_hours.h says whether one is open.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace plumb {

struct Window {
  std::set<unsigned> days;  // on which it opens; 0 is Monday
  int from = 0;             // minutes of the day
  int to = 0;               // the same; where it is not after `from`, of the next day
  std::string timezone;     // whose time of day that is: "UTC", "+02:00", "Europe/Berlin"
  friend bool operator==(const Window&, const Window&) = default;
};

// `typed` is what the schema made of one, or of a list.
std::vector<Window> read_windows(const Json& typed);
Json to_json(const std::vector<Window>& windows);
// Nothing for what has not the shape that to_json() writes.
std::optional<std::vector<Window>> windows_from(const Json& json);

// "Sat, Sun from 02:00 to 05:00 UTC"
std::string text_of(const Window& window);
// Several: "…, or …".
std::string text_of(const std::vector<Window>& windows);

}  // namespace plumb
