// plumb graph: the compiled order of hosts, as text, JSON or drawings.

#include "engine/ir/graph.h"

#include "cmd/plumb/commands.h"
#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/workspace.h"
#include "engine/report/graph_drawing.h"

namespace plumb::cmd {
namespace {

void print_order(const ir::HostGraph& graph, const std::string& host, Terminal& terminal) {
  std::vector<std::string> after(graph.nodes.size());
  for (const ir::Edge& edge : graph.edges) {
    after[edge.from] +=
        "      after " + graph.nodes[edge.to].desired.address.str() + " (" + std::string(name(edge.kind)) + ")\n";
  }
  terminal.print(host + "\n");
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    terminal.print("  " + graph.nodes[i].desired.address.str() + "\n");
    for (const ir::AlsoDeclared& one : graph.nodes[i].also) terminal.print("      also " + one.address + "\n");
    terminal.print(after[i]);
  }
}

int graph(Program& program) {
  Terminal terminal(program.options.no_color);
  const std::string format = program.options.output;
  Workspace workspace(program.options, terminal);
  workspace.only_name();
  if (!workspace.load()) return kInvalidConfiguration;
  if (format == "svg" && workspace.hosts().size() > 1) {
    workspace.diagnose(
        fail(Code::kUsage, "a drawing is of one host, and these are " + std::to_string(workspace.hosts().size()))
            .hint("name one with --on HOST"));
    return kInvalidConfiguration;
  }
  const auto [fleet, asked] = workspace.graphs(workspace.hosts());
  if (fleet == nullptr) return kInvalidConfiguration;
  if (const ExitCode code = exit_code_of(asked); code != kDone) return code;
  Json hosts = Json::object();
  for (const std::string& host : workspace.hosts()) {
    const ir::HostGraph& compiled = *fleet->graph(host);
    if (format == "dot") {
      terminal.write(ir::to_dot(compiled, host));
    } else if (format == "svg") {
      terminal.write(report::graph_svg(compiled, host));
    } else if (format == "mermaid") {
      terminal.write(report::graph_mermaid(compiled, host));
    } else if (format == "json") {
      hosts[host] = ir::to_json(compiled);
      hosts[host]["digest"] = compiled.digest;
    } else {
      print_order(compiled, host, terminal);
    }
  }
  if (format == "json") terminal.write(hosts.dump(2) + "\n");
  return kDone;
}

}  // namespace

void add_graph(Program& program) {
  CLI::App* command = program.app.add_subcommand(
      "graph", "Show resources in execution order with their edges (--output svg draws one host)");
  command->callback([&program] { program.exit_code = graph(program); });
}

}  // namespace plumb::cmd
