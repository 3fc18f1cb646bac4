// What an approval of a plan leaves to whoever carries it out.
#pragma once

#include <string>

#include "engine/plan/plan.h"

namespace plumb::report {

// A line for each, under a heading; "" where nothing is left open.
std::string left_open(const plan::Plan& plan);

}  // namespace plumb::report
