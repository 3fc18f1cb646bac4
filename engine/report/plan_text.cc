#include "engine/report/plan_text.h"

#include "engine/report/host_list.h"
#include "engine/report/style.h"
#include "engine/report/told_groups.h"

namespace plumb::report {

std::string plan_text(const plan::Plan& plan, const PlanTextOptions& options) {
  std::string out = scope_text(plan, options.color);
  if (!out.empty()) out += "\n";
  for (const ToldGroup& group : told_groups(plan, distinct_lists(plan), options)) {
    out += tint(host_list(group.hosts), Tone::kBold, options.color);
    if (group.versions > 1) out += tint("  " + versions_text(group), Tone::kDim, options.color);
    out += "\n";
    for (const ToldAction& action : group.actions) out += action.text;
    out += "\n";
  }
  out += around_text(plan, options);
  return out + moving_text(plan, options.color) + locks_text(plan, options.color) + record_text(plan, options.color) +
         passed_over_text(plan, options.color) + elsewhere_text(plan, options.color);
}

}  // namespace plumb::report
