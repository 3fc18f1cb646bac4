#include "cmd/plumb/planning.h"

#include "engine/report/events.h"
#include "engine/report/plan_text.h"

namespace plumb::cmd {

run::PlanRequest PlanningOptions::request() const {
  return {{tags.begin(), tags.end()},
          {skip_tags.begin(), skip_tags.end()},
          {addresses.begin(), addresses.end()},
          start_at,
          require == "exact",
          snapshot};
}

std::vector<std::string> add_narrowing_options(CLI::App& command, PlanningOptions& planning) {
  command.add_option("--tags", planning.tags, "Plan only resources with one of these tags")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TAG,…");
  command.add_option("--skip-tags", planning.skip_tags, "Leave out resources with one of these tags")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TAG,…");
  command
      .add_option("--address", planning.addresses,
                  "Plan only resources whose address this is, or a glob over addresses; may stand several times")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
  command
      .add_option("--start-at", planning.start_at,
                  "Leave out what comes, on each host, before the first resource that this address or glob means")
      ->type_name("ADDRESS");
  return {"--tags", "--skip-tags", "--address", "--start-at"};
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
