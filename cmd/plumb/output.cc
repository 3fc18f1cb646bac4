// plumb output [NAME]: what the project gives out on its hosts, without asking them.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/nearest.h"
#include "engine/report/outputs_text.h"

namespace plumb::cmd {
namespace {

Error no_such_output(const std::map<std::string, config::Output>& declared, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [one, output] : declared) names.push_back(one);
  const std::string near = nearest(name, names);
  return fail(Code::kUsage, "the project declares no output `" + name + "`")
      .hint(near.empty() ? "outputs stand under `outputs` of plumb.yaml" : "did you mean `" + near + "`?");
}

int output(Program& program, const std::string& name) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  workspace.ask_sources({.freshness = inventory::Freshness::kKept, .answers = {}});
  if (!workspace.load()) return kInvalidConfiguration;
  const std::map<std::string, config::Output>& declared = workspace.project().root.outputs;
  if (!name.empty() && !declared.contains(name)) {
    workspace.diagnose(no_such_output(declared, name));
    return kInvalidConfiguration;
  }
  if (!workspace.compiler_input()) return kInvalidConfiguration;
  Diagnostics found;
  const Result<run::Outputs> outputs =
      run::outputs_of(workspace.loaded(), workspace.hosts(), workspace.store(), found, name);
  workspace.diagnose(found);
  if (!outputs) {
    workspace.diagnose(outputs.error());
    return kFailed;
  }
  if (terminal.json()) {
    terminal.print((name.empty() ? report::outputs_json(*outputs) : report::output_json(*outputs, name)).dump(2) +
                   "\n");
  } else if (name.empty() && declared.empty()) {
    terminal.tell("The project declares no outputs.\n");
  } else if (name.empty()) {
    terminal.print(report::outputs_text(*outputs, terminal.color()));
  } else {
    terminal.print(report::output_text(*outputs, name));
  }
  return found.has_errors() ? kFailed : kDone;
}

}  // namespace

void add_output(Program& program) {
  auto name = std::make_shared<std::string>();
  CLI::App* command =
      program.app.add_subcommand("output", "Print what the project gives out on its hosts, from facts told before");
  command->add_option("NAME", *name, "One output; all of them without it");
  command->callback([&program, name] { program.exit_code = output(program, *name); });
}

}  // namespace plumb::cmd
