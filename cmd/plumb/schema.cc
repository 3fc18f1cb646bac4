// plumb schema [NAME]: the schemas that configuration is checked by.

#include "engine/config/schema.h"

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/nearest.h"

namespace plumb::cmd {
namespace {

int show_schema(Program& program, const std::string& name) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  if (name.empty()) {
    for (const std::string& kind : config::resource_kinds()) {
      terminal.print(kind + "\n");
    }
    return kDone;
  }
  for (const std::string& candidate : {"resources/" + name, name}) {
    if (!config::has_schema(candidate)) continue;
    terminal.print(config::builtin_schema(candidate).dump(2) + "\n");
    return kDone;
  }
  const std::string near = nearest(name, config::resource_kinds());
  Workspace(program.options, terminal)
      .diagnose(fail(Code::kUnknownKind, "there is no kind `" + name + "`")
                    .hint(near.empty() ? "`plumb schema` lists the kinds" : "did you mean `" + near + "`?"));
  return kInvalidConfiguration;
}

}  // namespace

void add_schema(Program& program) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = program.app.add_subcommand("schema", "List the resource kinds, or show one's JSON Schema");
  command->add_option("KIND", *name, "A kind, or project, inventory, plan, wire");
  command->callback([&program, name] { program.exit_code = show_schema(program, *name); });
}

}  // namespace plumb::cmd
