// plumb validate: check project, inventory and graph of every host without contacting one.

#include <algorithm>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/pool.h"
#include "engine/run/offline.h"

namespace plumb::cmd {
namespace {

int validate(Program& program) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  workspace.ask_sources({.freshness = inventory::Freshness::kKept, .answers = {}});
  workspace.need_no_key();
  if (!workspace.load()) return kInvalidConfiguration;
  const std::optional<ir::CompilerInput> input = workspace.compiler_input();
  if (!input) return kInvalidConfiguration;
  const Diagnostics found = run::validate_offline(*input, workspace.hosts(), core_count());
  workspace.diagnose(found);
  if (found.has_errors()) return kInvalidConfiguration;
  const std::size_t resources = ir::count_declarations(workspace.project().root);
  const std::size_t hosts = workspace.hosts().size();
  if (terminal.json()) {
    const Json result = {{"valid", true}, {"resources", resources}, {"hosts", hosts}};
    terminal.print(result.dump() + "\n");
  } else {
    terminal.print("Valid: " + std::to_string(resources) + (resources == 1 ? " resource, " : " resources, ") +
                   std::to_string(hosts) + (hosts == 1 ? " host.\n" : " hosts.\n"));
  }
  return kDone;
}

}  // namespace

void add_validate(Program& program) {
  CLI::App* command = program.app.add_subcommand("validate", "Check the configuration without contacting a host");
  command->callback([&program] { program.exit_code = validate(program); });
}

}  // namespace plumb::cmd
