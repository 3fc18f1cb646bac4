// The effective ssh settings of one host: what ssh_config(5) says, as `ssh -G` computes it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/host/connection.h"

namespace plumb::host::ssh {

enum class HostKeyPolicy { kRefuseUnknown, kAcceptNew };

struct Settings {
  std::string host_name;
  int port = 22;
  std::string user;
  std::vector<std::string> identity_files;  // ~ expanded; may not exist
  std::vector<std::string> certificate_files;
  bool identities_only = false;
  std::string agent;  // socket; empty for none
  std::vector<std::string> user_known_hosts;
  std::vector<std::string> global_known_hosts;
  std::string host_key_alias;
  HostKeyPolicy policy = HostKeyPolicy::kRefuseUnknown;
  bool hash_known_hosts = false;
  std::string proxy_command;  // tokens expanded; for `sh -c`
  std::optional<int> connect_timeout_seconds;
  int connection_attempts = 1;
  // A host that says nothing for interval × count seconds, though asked, is given up.
  int alive_interval_seconds = 15;
  int alive_count = 3;
  int address_family = 0;  // AF_UNSPEC, AF_INET or AF_INET6
  // As OpenSSH names them; empty for libssh's own choice.
  std::string key_exchange;
  std::string ciphers;
  std::string macs;
  std::string host_key_algorithms;
  std::string public_key_algorithms;
  bool keys_allowed = true;
  bool passwords_allowed = true;
  bool dialogues_allowed = true;  // keyboard-interactive: whatever the host asks
  std::string beyond;             // the first keyword that only the ssh program can honour; mostly empty
};

struct Query {
  std::string host;  // as the user names it
  int port = 0;
  std::string user;
  bool use_config = true;
  std::filesystem::path config_file;  // instead of the usual ones
  friend auto operator<=>(const Query&, const Query&) = default;
};

// The user's own account on this machine.
struct Self {
  std::string name;
  std::string home;
  std::string agent;  // $SSH_AUTH_SOCK
};
Self self();

// "~" and "~/x" in that account's home.
std::string expand_home(std::string_view path, const Self& self);

Settings default_settings(const Query& query, const Self& self);

// Reads the output of `ssh -G`. kSshSettings for what cannot be honoured.
Result<Settings> parse_effective(std::string_view output, const Query& query, const Self& self);

// All of the above.
Result<Settings> effective_settings(const Query& query, const Self& self, Deadline deadline,
                                    const Interrupt* cancel = nullptr);

}  // namespace plumb::host::ssh
