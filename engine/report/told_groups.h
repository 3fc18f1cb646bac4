// The actions of a plan as a reader is shown them, once for all hosts that they read the same for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/report/plan_text.h"

namespace plumb::report {

struct ToldGroup {
  std::vector<std::string> hosts;
  std::string text;  // of its actions, as action_text() has them, in plan order
  // That they have on these hosts: a content may hold the host's own name, where no change is.
  std::size_t versions = 1;
};

// Those with the greatest risk first. Actions that differ in nothing but digests of contents are told once, without
// these, unless all is asked for.
std::vector<ToldGroup> told_groups(const plan::Plan& plan, const PlanTextOptions& options);

}  // namespace plumb::report
