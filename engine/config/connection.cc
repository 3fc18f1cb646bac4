#include "engine/config/connection.h"

namespace plumb::config {
namespace {

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

}  // namespace

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

Json layer_of(const ConnectionSettings& settings, const std::string& host) {
  const ConnectionSettings without;
  Json layer = Json::object();
  if (settings.kind == ConnectionKind::kLocal) layer["connection"] = "local";
  if (settings.kind == ConnectionKind::kOpenSsh) layer["connection"] = "openssh";
  if (settings.kind == ConnectionKind::kCommand) layer["connection"] = {{"command", settings.command}};
  if (!settings.address.empty() && settings.address != host) layer["address"] = settings.address;
  if (settings.port != without.port) layer["port"] = settings.port;
  if (!settings.user.empty()) layer["user"] = settings.user;
  if (!settings.become.empty()) {
    layer["become"] = settings.become;
    if (settings.become_user != "root") layer["become"] = {{"method", settings.become}, {"user", settings.become_user}};
  }
  if (settings.identity_files.size() == 1) {
    layer["identity_file"] = settings.identity_files.front();
  } else if (!settings.identity_files.empty()) {
    layer["identity_files"] = settings.identity_files;
  }
  if (!settings.known_hosts_file.empty()) layer["known_hosts"] = settings.known_hosts_file;
  if (!settings.ssh_config_file.empty()) layer["ssh_config"] = settings.ssh_config_file;
  if (settings.connect_timeout_seconds != without.connect_timeout_seconds)
    layer["connect_timeout"] = settings.connect_timeout_seconds;
  if (settings.connect_attempts != without.connect_attempts) layer["connect_attempts"] = settings.connect_attempts;
  return layer;
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

}  // namespace plumb::config
