// A plan as one file for a browser, which loads nothing and sends nothing: searched and filtered there, equal hosts
// told once.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/plan/plan.h"
#include "providers/sdk/kind.h"

namespace plumb::report {

struct PlanHtmlOptions {
  const Registry* kinds = nullptr;  // as of PlanTextOptions
  std::string note = {};            // lines that stand above what the plan comes to
  std::string errors = {};          // lines that stand below it: why hosts have no plan
};

// Gives the page piece by piece. Whatever hosts and files say is text in it; no sensitive value. `id` is "" of a plan
// that cannot be applied.
void plan_html(const plan::Plan& plan, const std::string& id, const PlanHtmlOptions& options,
               const std::function<void(std::string_view)>& sink);

}  // namespace plumb::report
