#include "engine/config/inventory.h"

#include <algorithm>
#include <system_error>

#include "engine/base/digest.h"
#include "engine/base/nearest.h"
#include "engine/config/document.h"
#include "engine/config/groups.h"
#include "engine/config/hosts.h"
#include "engine/config/input.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/lang/yaml.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;
namespace fs = std::filesystem;

constexpr std::string_view kLocalHost = "localhost";

void apply_become(const Json& become, ConnectionSettings& settings) {
  const bool by_name = become.is_string();
  settings.become = by_name ? become.get<std::string>() : become.value("method", "sudo");
  settings.become_user = by_name ? "root" : become.value("user", "root");
  if (settings.become != "none") return;
  settings.become.clear();
  settings.become_user.clear();
}

ConnectionKind kind_named(const Json& name) {
  if (name == "local") return ConnectionKind::kLocal;
  return name == "openssh" ? ConnectionKind::kOpenSsh : ConnectionKind::kSsh;
}

// Settings as one layer states them; what it does not state is absent.
void apply_settings(const Json& layer, ConnectionSettings& settings) {
  const auto has = [&](const char* key) { return layer.contains(key); };
  if (has("connection")) {
    const Json& connection = layer["connection"];
    settings.command.clear();
    if (connection.is_object()) {
      settings.kind = ConnectionKind::kCommand;
      settings.command = connection["command"].get<std::vector<std::string>>();
    } else {
      settings.kind = kind_named(connection);
    }
  }
  if (has("address")) settings.address = layer["address"].get<std::string>();
  if (has("port")) settings.port = layer["port"].get<int>();
  if (has("user")) settings.user = layer["user"].get<std::string>();
  if (has("become")) apply_become(layer["become"], settings);
  if (has("identity_file")) settings.identity_files = {layer["identity_file"].get<std::string>()};
  if (has("identity_files")) settings.identity_files = layer["identity_files"].get<std::vector<std::string>>();
  if (has("known_hosts")) settings.known_hosts_file = layer["known_hosts"].get<std::string>();
  if (has("connect_timeout")) settings.connect_timeout_seconds = layer["connect_timeout"].get<int>();
  if (has("ssh_config")) settings.ssh_config_file = layer["ssh_config"].get<std::string>();
  if (has("connect_attempts")) settings.connect_attempts = layer["connect_attempts"].get<int>();
}

Json to_json(const ConnectionSettings& settings) {
  return {{"kind", static_cast<int>(settings.kind)},
          {"command", settings.command},
          {"address", settings.address},
          {"port", settings.port},
          {"user", settings.user},
          {"become", settings.become},
          {"become_user", settings.become_user},
          {"identity_files", settings.identity_files},
          {"known_hosts", settings.known_hosts_file},
          {"ssh_config", settings.ssh_config_file},
          {"connect_timeout", settings.connect_timeout_seconds},
          {"connect_attempts", settings.connect_attempts}};
}

class InventoryLoader {
 public:
  InventoryLoader(const Project& project, Diagnostics& diagnostics, lang::SourceMap& sources)
      : project_(project), diagnostics_(diagnostics), sources_(sources) {
    for (const auto& [name, input] : project.root.inputs) input_names_.push_back(name);
  }

  std::optional<Inventory> load(const fs::path& file) {
    const std::string name = shown_name(file);
    const std::size_t before = diagnostics_.error_count();
    std::optional<Node> root = read_document(file, name, std::nullopt, diagnostics_, sources_);
    if (!root) return std::nullopt;
    if (!root->is_map()) {
      const SourceSpan place = root->is_null() ? SourceSpan{name, 1, 1, 1, 1} : root->span;
      diagnostics_.add(Diagnostic(Code::kWrongType, name + (root->is_null() ? " is empty" : " must be a map"))
                           .at(place, "expected `plumb: v1`"));
      return std::nullopt;
    }
    read(*root);
    if (diagnostics_.error_count() != before) return std::nullopt;
    take_digest();
    return std::move(inventory_);
  }

 private:
  struct Group {
    Json settings = Json::object();
    std::map<std::string, Located> inputs;
  };

  std::string shown_name(const fs::path& file) const {
    std::error_code error;
    const fs::path relative = fs::relative(file, project_.folder, error);
    const bool inside = !error && !relative.empty() && *relative.begin() != "..";
    return (inside ? relative : file).generic_string();
  }

  void read(Node& root) {
    if (const Entry* version = root.find("plumb");
        version != nullptr && version->value.is_scalar() && version->value.text != "v1") {
      diagnostics_.add(Diagnostic(Code::kUnsupportedVersion, "a format version that this program does not know")
                           .at(version->value.span, "expected v1"));
      return;
    }
    resolve_literals(root, diagnostics_);
    const SourceSpan where = root.entries.empty() ? root.span : root.entries.front().key_span;
    const std::size_t before = diagnostics_.error_count();
    const std::optional<Json> typed =
        validate(root, builtin_schema("inventory"), "the inventory", where, {}, diagnostics_);
    const bool usable = typed.has_value() && diagnostics_.error_count() == before;
    const Entry* groups = root.find("groups");
    const Node none;
    const Node& group_nodes = groups == nullptr ? none : groups->value;
    const GroupTree tree(group_nodes, diagnostics_);
    for (const Entry& entry : group_nodes.entries) {
      if (entry.key == "all") {
        diagnostics_.add(Diagnostic(Code::kBadValue, "`all` is every host and cannot be declared")
                             .at(entry.key_span, "choose another name")
                             .with_hint("settings for every host go under `defaults`"));
      }
      Group& group = groups_[entry.key];
      if (const Entry* inputs = entry.value.find("inputs")) group.inputs = read_inputs(inputs->value);
      if (usable) group.settings = (*typed)["groups"][entry.key];
      inventory_.groups.try_emplace(entry.key);
    }
    const Json defaults = usable && typed->contains("defaults") ? (*typed)["defaults"] : Json::object();
    if (const Entry* hosts = root.find("hosts")) {
      for (const Entry& entry : hosts->value.entries) {
        read_host(entry, tree, defaults, usable ? (*typed)["hosts"][entry.key] : Json());
      }
    }
    check_names(group_nodes);
  }

  std::map<std::string, Located> read_inputs(const Node& inputs) {
    std::map<std::string, Located> values;
    for (const Entry& entry : inputs.entries) {
      const auto input = project_.root.inputs.find(entry.key);
      if (input == project_.root.inputs.end()) {
        const std::string near = nearest(entry.key, input_names_);
        diagnostics_.add(Diagnostic(Code::kUnknownInput, "the project declares no input `" + entry.key + "`")
                             .at(entry.key_span, near.empty() ? "not declared" : "did you mean `" + near + "`?")
                             .with_hint(near.empty() ? "declare it under `inputs` in plumb.yaml" : ""));
        continue;
      }
      if (input->second.sensitive) sources_.hide(entry.value.span);
      if (auto value = read_input_value(entry, input->second, diagnostics_))
        values.emplace(entry.key, std::move(*value));
    }
    return values;
  }

  std::set<std::string> read_groups(const Entry& host, const GroupTree& tree) {
    std::set<std::string> direct;
    const Entry* groups = host.value.find("groups");
    if (groups == nullptr) return direct;
    for (const Node& item : groups->value.items) {
      if (!item.is_scalar()) continue;
      if (tree.has(item.text)) {
        direct.insert(item.text);
        continue;
      }
      const std::string near = nearest(item.text, tree.names());
      diagnostics_.add(Diagnostic(Code::kUnknownGroup, "there is no group `" + item.text + "`")
                           .at(item.span, near.empty() ? "not declared" : "did you mean `" + near + "`?")
                           .with_hint(near.empty() ? "declare it under `groups`: `" + item.text + ": {}`" : ""));
    }
    return direct;
  }

  // Everything but the name is the same for all hosts of a range, and is worked out once.
  void read_host(const Entry& entry, const GroupTree& tree, const Json& defaults, const Json& own) {
    const std::vector<std::string> lineage = tree.lineage(read_groups(entry, tree));
    std::map<std::string, Located> inputs;
    if (const Entry* given = entry.value.find("inputs")) inputs = read_inputs(given->value);
    Host host;
    host.span = entry.key_span;
    host.groups.insert(lineage.begin(), lineage.end());
    apply_settings(defaults, host.connection);
    bool connection_stated = defaults.contains("connection");
    for (const std::string& name : lineage) {
      const Group& group = groups_[name];
      if (group.settings.is_object()) apply_settings(group.settings, host.connection);
      connection_stated = connection_stated || group.settings.contains("connection");
      for (const auto& [input, value] : group.inputs) add_layer(host, input, "group " + name, value);
    }
    if (own.is_object()) apply_settings(own, host.connection);
    for (const char* key : {"connection", "address", "port"})
      connection_stated = connection_stated || own.contains(key);
    Result<std::vector<std::string>> names = expand_hosts(entry.key);
    if (!names) {
      Diagnostic diagnostic = names.error().diagnostic();
      diagnostic.span = entry.key_span;
      if (diagnostic.code == Code::kBadHostRange) {
        diagnostic.hint = "ranges are written web[01:20], rack[a:f] or node[0:10:2]";
      }
      diagnostics_.add(std::move(diagnostic));
      return;
    }
    if (inventory_.hosts.size() + names->size() > kMostHosts) {
      diagnostics_.add(Diagnostic(Code::kTooManyHosts, "the inventory has more than 100,000 hosts")
                           .at(entry.key_span, "too many with these"));
      return;
    }
    for (const std::string& name : *names) {
      if (!check_host_name(name, entry)) return;
      Host one = host;
      one.name = name;
      if (name == kLocalHost && !connection_stated) one.connection.kind = ConnectionKind::kLocal;
      if (one.connection.address.empty()) one.connection.address = name;
      for (const auto& [input, value] : inputs) add_layer(one, input, "host " + name, value);
      for (const std::string& group : one.groups) inventory_.groups[group].insert(name);
      const auto [place, added] = inventory_.hosts.try_emplace(name, std::move(one));
      if (!added) {
        diagnostics_.add(Diagnostic(Code::kDuplicateHost, "the host `" + name + "` stands twice in the inventory")
                             .at(entry.key_span, "a second time here")
                             .with_related(place->second.span, "first here"));
        return;
      }
    }
  }

  bool check_host_name(const std::string& name, const Entry& entry) {
    if (is_host_name(name) && name != "all") return true;
    std::string hint;
    if (name.find(':') != std::string::npos)
      hint = "give the address and port under the host's name: `address:`, `port:`";
    if (name.find('@') != std::string::npos) hint = "give the account under the host's name: `user:`";
    if (name.find('*') != std::string::npos) hint = "name each host, or use a range such as web[01:20]";
    diagnostics_.add(Diagnostic(Code::kBadValue, "`" + entry.key + "` is not a host's name")
                         .at(entry.key_span, "expected letters, digits, `-`, `_` and `.`")
                         .with_hint(std::move(hint)));
    return false;
  }

  static void add_layer(Host& host, const std::string& input, std::string layer, const Located& value) {
    host.inputs[input].push_back({std::move(layer), value});
  }

  // A pattern could not tell a group from a host of its name.
  void check_names(const Node& groups) {
    for (const Entry& entry : groups.entries) {
      const auto host = inventory_.hosts.find(entry.key);
      if (host == inventory_.hosts.end()) continue;
      diagnostics_.add(Diagnostic(Code::kDuplicateHost, "`" + entry.key + "` is both a group and a host")
                           .at(host->second.span, "the host")
                           .with_related(entry.key_span, "the group"));
    }
  }

  void take_digest() {
    Json document = Json::object();
    for (const auto& [name, host] : inventory_.hosts) {
      Json inputs = Json::object();
      for (const auto& [input, layers] : host.inputs) {
        if (!project_.root.inputs.at(input).sensitive) inputs[input] = layers.back().value.value;
      }
      document[name] = {
          {"groups", host.groups}, {"connection", to_json(host.connection)}, {"inputs", std::move(inputs)}};
    }
    Json groups = Json::array();
    for (const auto& [name, hosts] : inventory_.groups) groups.push_back(name);
    inventory_.digest = digest(canonical({{"hosts", std::move(document)}, {"groups", std::move(groups)}}));
  }

  const Project& project_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  Inventory inventory_;
  std::map<std::string, Group> groups_;
  std::vector<std::string> input_names_;
};

}  // namespace

std::optional<Inventory> load_inventory(const fs::path& file, const Project& project, Diagnostics& diagnostics,
                                        lang::SourceMap& sources) {
  return InventoryLoader(project, diagnostics, sources).load(file);
}

Inventory local_inventory() {
  Inventory inventory;
  Host host;
  host.name = kLocalHost;
  host.connection.kind = ConnectionKind::kLocal;
  host.connection.address = kLocalHost;
  inventory.digest = digest(canonical({{"hosts", {{host.name, to_json(host.connection)}}}, {"groups", Json::array()}}));
  inventory.hosts.emplace(host.name, std::move(host));
  return inventory;
}

}  // namespace plumb::config
