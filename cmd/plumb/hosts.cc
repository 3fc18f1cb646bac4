// plumb hosts: the inventory as plumb understands it.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/config/layers.h"

namespace plumb::cmd {
namespace {

std::string connection_text(const config::ConnectionSettings& connection) {
  switch (connection.kind) {
    case config::ConnectionKind::kLocal:
      return "local";
    case config::ConnectionKind::kCommand:
      return "command " + (connection.command.empty() ? "" : connection.command.front());
    case config::ConnectionKind::kSsh:
    case config::ConnectionKind::kOpenSsh:
      break;
  }
  std::string text = connection.kind == config::ConnectionKind::kOpenSsh ? "openssh " : "ssh ";
  if (!connection.user.empty()) text += connection.user + "@";
  text += connection.address;
  if (connection.port != 0) text += ":" + std::to_string(connection.port);
  if (!connection.become.empty()) text += ", " + connection.become;
  if (!connection.become.empty() && connection.become_user != "root") text += " to " + connection.become_user;
  return text;
}

// Sensitive inputs are named and not shown.
Json inputs_json(const config::Host& host, const config::Project& project) {
  Json inputs = Json::object();
  for (const auto& [name, input] : project.root.inputs) {
    const std::vector<config::InputLayer> layers = config::input_layers(project, host, name);
    if (layers.empty()) continue;
    Json list = Json::array();
    for (const config::InputLayer& layer : layers) {
      list.push_back({{"layer", layer.layer},
                      {"value", input.sensitive ? Json("(sensitive)") : layer.value.value},
                      {"source", layer.value.span.str()}});
    }
    inputs[name] = {{"value", list.empty() ? Json() : list.back()["value"]}, {"layers", std::move(list)}};
  }
  return inputs;
}

int hosts(Program& program) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  if (!workspace.load()) return kInvalidConfiguration;
  Json all = Json::object();
  std::size_t width = 0;
  for (const std::string& name : workspace.hosts()) width = std::max(width, name.size());
  for (const std::string& name : workspace.hosts()) {
    const config::Host& host = workspace.inventory().hosts.at(name);
    std::string groups;
    for (const std::string& group : host.groups) groups += (groups.empty() ? "" : ",") + group;
    if (terminal.json()) {
      all[name] = {{"connection", connection_text(host.connection)},
                   {"groups", host.groups},
                   {"inputs", inputs_json(host, workspace.project())}};
    } else {
      terminal.print(name + std::string(width - name.size() + 2, ' ') + connection_text(host.connection) +
                     (groups.empty() ? "" : "  [" + groups + "]") + "\n");
    }
  }
  if (terminal.json()) terminal.print(all.dump(2) + "\n");
  return kDone;
}

}  // namespace

void add_hosts(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("hosts", "List the hosts of the inventory, how they are reached and their groups");
  command->callback([&program] { program.exit_code = hosts(program); });
}

}  // namespace plumb::cmd
