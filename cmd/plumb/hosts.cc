// plumb hosts: the inventory as plumb understands it, and where it has it from.

#include <algorithm>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/table.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/joined.h"
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

Json places_json(const config::HostOrigin& origin) {
  Json places = Json::array();
  for (const SourceSpan& span : origin.named_at) places.push_back(span.str());
  return places;
}

Json settings_json(const config::HostOrigin& origin) {
  Json settings = Json::object();
  for (const auto& [key, span] : origin.settings) settings[key] = span.str();
  return settings;
}

class HostsCommand {
 public:
  HostsCommand(Program& program, bool refresh)
      : options_(program.options), terminal_(options_.no_color), workspace_(options_, terminal_) {
    terminal_.set_json(options_.output == "json");
    if (refresh) workspace_.ask_sources({.freshness = inventory::Freshness::kNew, .answers = {}});
  }

  int run() {
    if (!workspace_.load()) return kInvalidConfiguration;
    if (terminal_.json()) {
      print_json();
    } else {
      print_table();
      tell_what_is_left_alone();
    }
    return kDone;
  }

 private:
  config::HostOrigin origin_of(const std::string& name) const {
    const auto& origins = workspace_.loaded_inventory().origins;
    const auto found = origins.find(name);
    return found == origins.end() ? config::HostOrigin() : found->second;
  }

  void print_json() {
    Json all = Json::object();
    for (const std::string& name : workspace_.hosts()) {
      const config::Host& host = workspace_.inventory().hosts.at(name);
      const config::HostOrigin origin = origin_of(name);
      all[name] = {{"connection", connection_text(host.connection)},
                   {"groups", host.groups},
                   {"inputs", inputs_json(host, workspace_.project())},
                   {"sources", places_json(origin)},
                   {"settings", settings_json(origin)}};
    }
    terminal_.print(all.dump(2) + "\n");
  }

  void print_table() {
    std::vector<std::vector<std::string>> rows = {{"HOST", "CONNECTION", "GROUPS", "FROM"}};
    for (const std::string& name : workspace_.hosts()) {
      const config::Host& host = workspace_.inventory().hosts.at(name);
      std::vector<std::string> places;
      for (const SourceSpan& span : origin_of(name).named_at) places.push_back(span.str());
      rows.push_back({name, connection_text(host.connection), joined(host.groups, ","), joined(places, ", ")});
    }
    terminal_.print(table_text(rows));
  }

  void tell_what_is_left_alone() {
    constexpr std::size_t kMostNamed = 5;
    for (const auto& [source, names] : workspace_.loaded_inventory().left_alone) {
      if (names.empty()) continue;
      std::vector<std::string> named(
          names.begin(), std::next(names.begin(), static_cast<std::ptrdiff_t>(std::min(names.size(), kMostNamed))));
      terminal_.tell("note: " + source + " has " + std::to_string(names.size()) +
                     (names.size() == 1 ? " variable" : " variables") + " that no input of the project takes: " +
                     joined(named, ", ") + (names.size() > kMostNamed ? ", …" : "") + "\n");
    }
  }

  const Options& options_;
  Terminal terminal_;
  Workspace workspace_;
};

}  // namespace

void add_hosts(Program& program) {
  auto refresh = std::make_shared<bool>(false);
  CLI::App* command = program.app.add_subcommand(
      "hosts", "List the hosts of the inventory, how they are reached, their groups and where they come from");
  command->add_flag("--refresh", *refresh, "Ask the programs among the sources anew, whatever answers are kept");
  command->callback([&program, refresh] { program.exit_code = HostsCommand(program, *refresh).run(); });
}

}  // namespace plumb::cmd
