#include "engine/run/around.h"

#include "engine/simulate/steps.h"

namespace plumb::run {

static_assert(plan::kController == config::kController);

bool plan_around(ir::Compiler& compiler, const std::string& host, const ir::Told& told, plan::HostPlan& plan,
                 Diagnostics& diagnostics) {
  if (compiler.input().project.root.around.empty() || plan.actions.empty() || plan.image) return true;
  const std::optional<std::vector<ir::StepsGraph>> steps = compiler.steps(host, told, diagnostics);
  if (!steps) return false;
  for (const ir::StepsGraph& one : *steps) {
    std::optional<plan::ActionList> actions =
        simulate::plan_steps(*one.graph, compiler.input().providers, host, diagnostics);
    if (!actions) return false;
    if (actions->empty()) continue;
    (one.after ? plan.around.after : plan.around.before).push_back({one.host, std::move(*actions)});
  }
  return true;
}

}  // namespace plumb::run
