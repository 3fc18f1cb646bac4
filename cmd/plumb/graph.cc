// plumb graph: the compiled order of one host, as JSON or for Graphviz.

#include "engine/ir/graph.h"

#include <algorithm>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/workspace.h"

namespace plumb::cmd {
namespace {

int graph(Program& program) {
  Terminal terminal(program.options.no_color);
  const std::string format = program.options.output;
  Workspace workspace(program.options, terminal);
  if (!workspace.load()) return kInvalidConfiguration;
  const std::unique_ptr<run::Fleet> fleet = workspace.fleet(workspace.hosts(), nullptr, run::KeepGraphs::kAll);
  if (fleet == nullptr) return kInvalidConfiguration;
  if (std::any_of(workspace.hosts().begin(), workspace.hosts().end(),
                  [&](const std::string& host) { return fleet->graph(host) == nullptr; })) {
    const run::HostResults results = fleet->contact(true);
    Diagnostics found;
    for (const auto& [host, result] : results) found.extend(result.diagnostics);
    workspace.diagnose(found);
    if (const ExitCode code = exit_code_of(results); code != kDone) return code;
  }
  Json hosts = Json::object();
  for (const std::string& host : workspace.hosts()) {
    const ir::HostGraph& compiled = *fleet->graph(host);
    if (format == "dot") {
      terminal.print(ir::to_dot(compiled, host));
    } else if (format == "json") {
      hosts[host] = ir::to_json(compiled);
      hosts[host]["digest"] = compiled.digest;
    } else {
      terminal.print(host + "\n");
      for (std::size_t i = 0; i < compiled.nodes.size(); ++i) {
        terminal.print("  " + compiled.nodes[i].desired.address.str() + "\n");
        for (const ir::Edge& edge : compiled.edges) {
          if (edge.from != i) continue;
          terminal.print("      after " + compiled.nodes[edge.to].desired.address.str() + " (" +
                         std::string(name(edge.kind)) + ")\n");
        }
      }
    }
  }
  if (format == "json") terminal.print(hosts.dump(2) + "\n");
  return kDone;
}

}  // namespace

void add_graph(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("graph", "Show resources in execution order with their edges (--output dot or json)");
  command->callback([&program] { program.exit_code = graph(program); });
}

}  // namespace plumb::cmd
