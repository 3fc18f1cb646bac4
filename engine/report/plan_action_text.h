// One action of a plan for people: what is done, why, and what comes of it.
#pragma once

#include <string>

#include "engine/plan/plan.h"
#include "engine/report/plan_text.h"

namespace plumb::report {

// Lines that each end. The plan has the contents.
std::string action_text(const plan::Action& action, const plan::Plan& plan, const PlanTextOptions& options);

}  // namespace plumb::report
