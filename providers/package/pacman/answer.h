// What pacman says it would do.
#pragma once

#include <string_view>

#include "providers/package/simulation.h"

namespace plumb::providers::package::pacman {

struct Answer {
  Simulation simulation;  // `unknown` by what was asked for: "nginx", "nginx=1.2-1"
  bool ended = false;     // with what changes, or that nothing does
};
// `goes`: it was asked to remove packages.
Answer parse_answer(std::string_view output, std::string_view errors, bool goes);

}  // namespace plumb::providers::package::pacman
