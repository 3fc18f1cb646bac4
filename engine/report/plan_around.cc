// What a plan has around the turns of its hosts: steps of other hosts.
#include "engine/base/outside_text.h"
#include "engine/report/host_list.h"
#include "engine/report/plan_action_text.h"
#include "engine/report/plan_text.h"
#include "engine/report/plan_values.h"
#include "engine/report/style.h"

namespace plumb::report {
namespace {

// Those of one host are mostly those of the next with another name.
constexpr std::size_t kTurnsShown = 3;

std::string steps_text(const std::string& host, const char* when, const std::vector<plan::Steps>& all,
                       const plan::Plan& plan, const PlanTextOptions& options) {
  std::string out;
  for (const plan::Steps& steps : all) {
    const std::string doer = steps.host == plan::kController ? "plumb itself" : visible(steps.host);
    out += tint(host, Tone::kBold, options.color) + when + doer + "\n";
    const std::shared_ptr<const plan::Actions> actions = steps.actions.get();
    for (const plan::Action& action : *actions) out += action_text(action, plan, options);
    out += "\n";
  }
  return out;
}

}  // namespace

std::string around_text(const plan::Plan& plan, const PlanTextOptions& options) {
  std::string out;
  std::size_t turns = 0;
  for (const auto& [host, own] : plan.hosts) {
    if (own.around.empty() || (++turns > kTurnsShown && !options.full)) continue;
    out += steps_text(host, ", before its turn, on ", own.around.before, plan, options);
    out += steps_text(host, ", after its turn, on ", own.around.after, plan, options);
  }
  if (turns > kTurnsShown && !options.full)
    out += "So around the turns of " + counted(turns - kTurnsShown, "more host", "more hosts") + ".\n\n";
  return out;
}

}  // namespace plumb::report
