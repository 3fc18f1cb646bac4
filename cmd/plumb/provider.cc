// plumb provider list: providers from outside, and the kinds that they bring.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/provider_commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/config/project_files.h"
#include "engine/config/project_providers.h"

namespace plumb::cmd {
namespace {

std::string place_of(const config::ProjectProvider& provider) {
  if (!provider.git) return provider.folder.empty() ? "not there" : "./" + provider.folder;
  const std::string path = provider.git->path.empty() ? "" : ", " + provider.git->path;
  const std::string commit = provider.locked ? " at " + provider.locked->commit.substr(0, 12) : ", not locked";
  return provider.git->url + path + commit;
}

Json json_of(const config::ProjectProvider& provider) {
  Json json = {{"name", provider.name}, {"usable", provider.package != nullptr}};
  if (provider.git) {
    json["git"] = provider.git->url;
    if (!provider.git->path.empty()) json["path"] = provider.git->path;
    if (provider.locked) json["commit"] = provider.locked->commit;
  }
  if (!provider.folder.empty()) json["folder"] = provider.folder;
  if (provider.package == nullptr) return json;
  const outside::Package& package = *provider.package;
  json["version"] = package.version;
  json["description"] = package.description;
  json["protocol"] = package.protocol;
  json["runs"] = package.on_controller ? "controller" : "host";
  json["digest"] = package.digest;
  json["files"] = package.files.size();
  for (const outside::KindOf& kind : package.kinds) json["kinds"].push_back(kind.name);
  return json;
}

std::string lines_of(const config::ProjectProvider& provider) {
  if (provider.package == nullptr) return provider.name + "  cannot be used\n  from " + place_of(provider) + "\n";
  const outside::Package& package = *provider.package;
  std::string text = package.name + "  " + package.version + "\n";
  if (!package.description.empty()) text += "  " + package.description + "\n";
  text += "  from " + place_of(provider) + "\n";
  text += "  runs on the " + std::string(package.on_controller ? "controller" : "host") + ", protocol " +
          std::to_string(package.protocol) + ", " + package.digest + "\n";
  for (const outside::KindOf& kind : package.kinds) {
    const Result<Json> schema = parse_json(kind.schema, Code::kInternal);
    const std::string words = schema ? text_of(*schema, "description") : std::string();
    text += "  " + kind.name + (words.empty() ? "" : ": " + words) + "\n";
  }
  return text;
}

int list(Program& program) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  const Folder folder(program.options.folder);
  if (const Result<> project = config::expect_project(folder); !project) {
    workspace.diagnose(project.error());
    return kInvalidConfiguration;
  }
  Diagnostics found;
  const std::vector<config::ProjectProvider> providers =
      config::read_project_providers(folder, config::built_in(program.options.kinds), found, workspace.sources());
  Json all = Json::array();
  std::string text;
  for (const config::ProjectProvider& provider : providers) {
    if (terminal.json()) all.push_back(json_of(provider));
    text += lines_of(provider);
  }
  if (terminal.json()) {
    terminal.print(all.dump(2) + "\n");
  } else {
    terminal.print(providers.empty() ? "No providers from outside: plumb.yaml names none under `providers`.\n" : text);
  }
  workspace.diagnose(found);
  return found.has_errors() ? kInvalidConfiguration : kDone;
}

}  // namespace

void add_provider(Program& program) {
  CLI::App* command = program.app.add_subcommand("provider", "Providers from outside: kinds of one's own");
  command->require_subcommand(1);
  CLI::App* listing = command->add_subcommand("list", "Show the project's providers, where they are from, their kinds");
  listing->callback([&program] { program.exit_code = list(program); });
  add_provider_new(program, *command);
  add_provider_test(program, *command);
}

}  // namespace plumb::cmd
