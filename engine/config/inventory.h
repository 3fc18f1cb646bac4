// The inventory: hosts, groups, how to reach them and which inputs they carry.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/config/project.h"

namespace plumb::config {

// One layer that set an input: "default", "group web", "host web1".
struct InputLayer {
  std::string layer;
  Located value;
};

enum class ConnectionKind { kSsh, kLocal, kCommand, kOpenSsh };

// How to reach a host after groups and defaults are merged. Empty or zero: left to ssh's own settings.
struct ConnectionSettings {
  ConnectionKind kind = ConnectionKind::kSsh;
  std::vector<std::string> command;  // kCommand: the program that gives the byte stream
  std::string address;               // default: the host's name
  int port = 0;
  std::string user;
  std::string become;       // "", "sudo", "doas" or "su"
  std::string become_user;  // "" where `become` is, else "root" or another account
  std::vector<std::string> identity_files;
  std::string known_hosts_file;
  std::string ssh_config_file;
  int connect_timeout_seconds = 10;
  int connect_attempts = 3;
};

struct Host {
  std::string name;
  SourceSpan span;
  ConnectionSettings connection;
  std::set<std::string> groups;  // direct and inherited, "all" not among them
  // What groups and the host set of each input, lowest first. See layers.h for the layers below and above.
  std::map<std::string, std::vector<InputLayer>> inputs;
  std::map<std::string, std::string> env;  // of programs that are run for its resources
};

struct Inventory {
  std::map<std::string, Host> hosts;
  std::map<std::string, std::set<std::string>> groups;  // name -> host names, children included
  std::string digest;                                   // over the normalised inventory
};

// Reads an inventory file. Inputs are checked against those that `project` declares. Spans name the file relative to
// the project folder where it lies in it. `sources` as in load_project. Nothing comes back where there are errors.
std::optional<Inventory> load_inventory(const std::filesystem::path& file, const Project& project,
                                        Diagnostics& diagnostics, lang::SourceMap& sources);

// The inventory of a project without a hosts.yaml: this machine alone, "localhost", over the local transport.
Inventory local_inventory();

// Host names that a pattern selects, sorted. Ansible's forms: `web`, `web:db`, `web:&prod`, `web:!canary`,
// globs, ranges `web[01:20]`, `all` and `*`; `,` stands for `:`. Unions are taken first, then intersections, then
// exclusions, whatever their order. Errors: kBadPattern; kNoHostMatches with the nearest known name, also where the
// name after `&` or `!` is not known, because a misspelt exclusion would run on the very hosts it should spare.
Result<std::set<std::string>> match_hosts(const Inventory& inventory, std::string_view pattern);

// Whether a pattern can be read at all; kBadPattern says why not.
Result<> check_host_pattern(std::string_view pattern);

}  // namespace plumb::config
