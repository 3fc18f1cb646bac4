// What zypper says it would do, as XML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "providers/package/simulation.h"

namespace plumb::providers::package::zypper {

struct Answer {
  Simulation simulation;           // `unknown` by what was asked for: "nginx", "nginx=1.2"
  std::vector<std::string> found;  // of what is searched for: "nginx=1.2-3", each that can be had
  bool ended = false;              // with a summary of what changes
};
Answer parse_answer(std::string_view output);

}  // namespace plumb::providers::package::zypper
