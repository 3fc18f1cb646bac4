#include "engine/run/host_settings.h"

namespace plumb::run {

host::HostSettings host_settings(const config::Host& host, const FleetOptions& options) {
  const config::ConnectionSettings& from = host.connection;
  host::HostSettings settings;
  settings.name = host.name;
  switch (from.kind) {
    case config::ConnectionKind::kSsh:
      settings.kind = host::ConnectionKind::kSsh;
      break;
    case config::ConnectionKind::kLocal:
      settings.kind = host::ConnectionKind::kLocal;
      break;
    case config::ConnectionKind::kCommand:
      settings.kind = host::ConnectionKind::kCommand;
      break;
    case config::ConnectionKind::kOpenSsh:
      settings.kind = host::ConnectionKind::kOpenSsh;
      break;
  }
  settings.address = from.address;
  settings.port = from.port;
  settings.user = from.user;
  settings.become = {from.become, from.become_user};
  settings.become_password = options.become_password;
  settings.command = from.command;
  settings.identity_files = from.identity_files;
  settings.known_hosts_file = from.known_hosts_file;
  settings.ssh_config_file = from.ssh_config_file;
  settings.accept_new_host_keys = options.accept_new_host_keys;
  settings.root = options.root;
  settings.connect_timeout = std::chrono::seconds(from.connect_timeout_seconds);
  settings.connect_attempts = from.connect_attempts;
  settings.log = options.log;
  return settings;
}

}  // namespace plumb::run
