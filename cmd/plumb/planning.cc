#include "cmd/plumb/planning.h"

#include "engine/report/events.h"
#include "engine/report/plan_text.h"

namespace plumb::cmd {

run::PlanRequest PlanningOptions::request() const {
  return {{tags.begin(), tags.end()}, {skip_tags.begin(), skip_tags.end()}, require == "exact", snapshot};
}

void add_tag_options(CLI::App& command, PlanningOptions& planning) {
  command.add_option("--tags", planning.tags, "Plan only resources with one of these tags")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TAG,…");
  command.add_option("--skip-tags", planning.skip_tags, "Leave out resources with one of these tags")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TAG,…");
}

void print_plan(const plan::Plan& plan, const std::string& id, Terminal& terminal, const PlanningOptions& planning,
                const Registry& kinds) {
  if (terminal.events() != nullptr) {
    return report::plan_events(plan, id, [&](Json event) { terminal.events()->write(std::move(event)); });
  }
  if (terminal.json()) {
    return plan::write_expanded(plan, {{"id", id}}, [&](std::string_view text) { terminal.print(text); });
  }
  report::PlanTextOptions options;
  options.color = terminal.color();
  options.full = planning.full;
  options.kinds = &kinds;
  terminal.print(report::plan_text(plan, options) + report::plan_summary(plan, options));
}

}  // namespace plumb::cmd
