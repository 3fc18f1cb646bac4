#include "engine/report/plan_text.h"

#include "engine/report/host_list.h"
#include "engine/report/style.h"
#include "engine/report/told_groups.h"

namespace plumb::report {

std::string plan_text(const plan::Plan& plan, const PlanTextOptions& options) {
  std::string out = scope_text(plan, options.color);
  if (!out.empty()) out += "\n";
  for (const ToldGroup& group : told_groups(plan, options)) {
    out += tint(host_list(group.hosts), Tone::kBold, options.color);
    if (group.versions > 1)
      out += tint("  in " + std::to_string(group.versions) + " versions", Tone::kDim, options.color);
    out += "\n" + group.text + "\n";
  }
  out += around_text(plan, options);
  return out + moving_text(plan, options.color) + locks_text(plan, options.color) + record_text(plan, options.color) +
         passed_over_text(plan, options.color) + elsewhere_text(plan, options.color);
}

}  // namespace plumb::report
