// What apk says it would do, on both of its channels.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "providers/package/simulation.h"

namespace plumb::providers::package::apk {

struct Answer {
  Simulation simulation;
  std::set<std::string> torn;   // packages, with versions, that others do not go together with: "old-1.0-r0"
  std::set<std::string> unfit;  // names of packages that are not to be had in the version asked for
  bool ended = false;           // with how many packages there would be
};
Answer parse_answer(std::string_view said);

}  // namespace plumb::providers::package::apk
