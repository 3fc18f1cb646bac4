// plumb schema [NAME]: the schemas that configuration is checked by. plumb schema export: the same for editors and CUE.

#include "engine/config/schema.h"

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/nearest.h"
#include "engine/editor/export.h"
#include "engine/editor/known_project.h"

namespace plumb::cmd {
namespace {

struct SchemaArguments {
  std::string name;
  std::string format = "jsonschema";
  std::string folder;
};

int show_schema(Program& program, const std::string& name) {
  const Registry& kinds = program.options.kinds;
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  if (name.empty()) {
    for (const Kind& kind : kinds.all()) terminal.print(kind.name + "\n");
    return kDone;
  }
  const Kind* kind = kinds.find(name);
  if (kind != nullptr || config::has_schema(name)) {
    const Json& schema = kind != nullptr ? kind->schema.json() : config::builtin_schema(name);
    terminal.print(schema.dump(2) + "\n");
    return kDone;
  }
  const std::string near = nearest(name, kinds.names());
  Workspace(program.options, terminal)
      .diagnose(fail(Code::kUnknownKind, "there is no kind `" + name + "`")
                    .hint(near.empty() ? "`plumb schema` lists the kinds" : "did you mean `" + near + "`?"));
  return kInvalidConfiguration;
}

int export_schemas(Program& program, const SchemaArguments& arguments) {
  Terminal terminal(program.options.no_color);
  const std::filesystem::path project = program.options.folder;
  const std::filesystem::path folder =
      arguments.folder.empty() ? project / editor::kSchemaFolder : std::filesystem::path(arguments.folder);
  const editor::Format format = arguments.format == "cue" ? editor::Format::kCue : editor::Format::kJsonSchema;
  const auto written = editor::write_schemas(folder, format, program.options.kinds,
                                             editor::read_known_project(project, program.options.kinds));
  if (!written) {
    Workspace(program.options, terminal).diagnose(written.error());
    return kFailed;
  }
  for (const std::string& name : *written) terminal.print((folder / name).string() + "\n");
  return kDone;
}

}  // namespace

void add_schema(Program& program) {
  auto arguments = std::make_shared<SchemaArguments>();
  CLI::App* command = program.app.add_subcommand("schema", "List the resource kinds, or show one's JSON Schema");
  command->add_option("KIND", arguments->name, "A kind, or project, inventory, plan, wire");
  command->require_subcommand(0, 1);

  CLI::App* exporting =
      command->add_subcommand("export", "Write the schemas for editors, with the inputs of this project's modules");
  exporting->add_option("--format", arguments->format, "jsonschema or cue")
      ->check(CLI::IsMember({"jsonschema", "cue"}))
      ->type_name("FORMAT");
  exporting->add_option("-o", arguments->folder, "Where to (default: .plumb/schemas of the project)")->type_name("DIR");

  command->callback([&program, arguments, exporting] {
    program.exit_code =
        exporting->parsed() ? export_schemas(program, *arguments) : show_schema(program, arguments->name);
  });
}

}  // namespace plumb::cmd
