#include "cmd/plumb/planning.h"

#include "cmd/plumb/going_on.h"
#include "cmd/plumb/pager.h"
#include "engine/base/file.h"
#include "engine/base/shell_word.h"
#include "engine/report/events.h"
#include "engine/report/plan_outline.h"
#include "engine/run/plan_contents.h"

namespace plumb::cmd {
namespace {

std::string review(const plan::Plan& plan, const Terminal& terminal, const PlanningOptions& planning,
                   const Registry& kinds) {
  report::PlanTextOptions options;
  options.color = terminal.color();
  options.full = planning.full;
  options.outline = planning.outline;
  options.kinds = &kinds;
  return report::review_text(plan, options);
}

}  // namespace

run::PlanRequest PlanningOptions::request() const {
  return {{tags.begin(), tags.end()},
          {skip_tags.begin(), skip_tags.end()},
          {addresses.begin(), addresses.end()},
          start_at,
          require == "exact",
          snapshot,
          prune};
}

CLI::Option* add_prune_option(CLI::App& command, PlanningOptions& planning) {
  return command.add_flag("--prune", planning.prune,
                          "Remove what an earlier run left on a host and the configuration no longer holds");
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

// The plan's folder of contents first: a plan that is there can be applied. A device or a pipe keeps no plan, and has
// no folder beside it.
Result<> write_plan(const run::Planned& planned, const std::string& file, bool with_contents) {
  if (!is_written_into(file)) {
    PLUMB_TRY(run::write_contents(planned.plan, planned.contents, run::contents_folder(file), with_contents));
  } else if (with_contents) {
    return fail(Code::kWriteFailed, "no contents can lie beside " + file + ", which is no file")
        .hint("give -o a file, or leave out --with-contents");
  }
  const auto give = [&](const ByteSink& take) {
    Result<> written;
    (void)plan::write_artifact(planned.plan, [&](std::string_view piece) {
      if (written) written = take(piece);
    });
    return written;
  };
  return write_file(file, give, plan::holds_sealed(planned.plan) ? 0600 : 0644);
}

std::string written_text(const std::string& file, const std::string& id, bool denied, const Options& options) {
  return "\nWritten to " + file + "\n  id " + id +
         (denied ? "\n  as it is, `plumb apply` refuses it\n"
                 : "\n  apply it with: " + found_again("plumb apply " + typed_word(file), options) + "\n");
}

void add_showing_options(CLI::App& command, bool& full, bool& outline) {
  CLI::Option* const shortly =
      command.add_flag("--summary", outline, "Show each address in a line, with its hosts, and what to look at first");
  command.add_flag("--full", full, "Show operations and what each action stands on")->excludes(shortly);
}

void print_plan(const plan::Plan& plan, const std::string& id, Terminal& terminal, const PlanningOptions& planning,
                const Registry& kinds) {
  if (terminal.events() != nullptr) {
    return report::plan_events(plan, id, [&](Json event) { terminal.events()->write(std::move(event)); });
  }
  if (terminal.json()) {
    return plan::write_expanded(plan, {{"id", id}}, [&](std::string_view text) { terminal.print(text); });
  }
  terminal.print(review(plan, terminal, planning, kinds));
}

void print_plan_to_read(const plan::Plan& plan, const std::string& id, Terminal& terminal,
                        const PlanningOptions& planning, const Options& options) {
  if (terminal.json()) return print_plan(plan, id, terminal, planning, options.kinds);
  print_to_read(review(plan, terminal, planning, options.kinds), terminal, options);
}

}  // namespace plumb::cmd
