// A plan in few lines: what to look at first, and each address once, however many hosts have it.
#pragma once

#include <string>

#include "engine/report/plan_text.h"

namespace plumb::report {

// What removes, restarts, cannot be foreseen or can lock people out, with its hosts; "" where nothing does.
std::string risk_text(const plan::Plan& plan, bool color);

// A line for each address and operation, the greatest risk first: its hosts, and in how many versions they have it.
std::string plan_outline(const plan::Plan& plan, const PlanTextOptions& options);

// All that a reviewer reads: plan_text() and plan_summary(), and before them plan_head() and risk_text() where that is
// more than a screen; with `options.outline` risk_text(), plan_outline() and plan_summary().
std::string review_text(const plan::Plan& plan, const PlanTextOptions& options);

}  // namespace plumb::report
