#include "engine/report/plan_text.h"

#include <memory>
#include <vector>

#include "engine/report/host_list.h"
#include "engine/report/plan_action_text.h"
#include "engine/report/plan_groups.h"
#include "engine/report/plan_risks.h"
#include "engine/report/style.h"

namespace plumb::report {

std::string plan_text(const plan::Plan& plan, const PlanTextOptions& options) {
  std::string out = scope_text(plan, options.color);
  if (!out.empty()) out += "\n";
  const std::vector<ActionsOfHosts> lists = distinct_lists(plan);
  std::size_t at_hand = lists.size();
  std::shared_ptr<const plan::Actions> actions;
  for (const ActionGroup& group : riskiest_first(lists)) {
    if (group.list != at_hand) actions = lists[group.list].actions->get();
    at_hand = group.list;
    out += tint(host_list(group.hosts), Tone::kBold, options.color) + "\n";
    for (const std::size_t position : group.positions) out += action_text((*actions)[position], plan, options);
    out += "\n";
  }
  out += around_text(plan, options);
  return out + moving_text(plan, options.color) + locks_text(plan, options.color) + record_text(plan, options.color) +
         passed_over_text(plan, options.color) + elsewhere_text(plan, options.color);
}

}  // namespace plumb::report
