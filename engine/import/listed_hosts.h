// Inventories out of what an administrator has already: ssh's settings, the keys of hosts, names of addresses.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/files.h"
#include "engine/base/result.h"

namespace plumb::imports {

struct ListedHost {
  std::string address;  // "" where the name leads there by itself, or through ssh's settings
  int port = 0;         // 0 for ssh's own
  std::set<std::string> groups;
  std::string remark;  // one line, for people; "" for none
};

struct ListedHosts {
  static constexpr std::size_t kMostNotes = 100;

  std::map<std::string, ListedHost> hosts;
  std::string ssh_config;          // a file of ssh's settings that is not the one ssh reads by itself; "" for none
  std::vector<std::string> notes;  // what was left out, and why: a line each, with its place where it has one
  std::size_t further_notes = 0;   // that are not among them

  void note(const std::string& text);  // which may hold what files hold
};

// Whether an inventory can have a host of this name; `all` is the group of all of them.
bool can_be_listed(std::string_view name);

// The hosts that `file` names without a pattern, also in the files that it includes. What they are reached by stays
// there, since plumb reads it as ssh does. Blocks for a pattern that at least two of them match become groups. `home`
// is the user's folder, "" where there is none. Errors: kFileUnreadable, kYamlLimit.
Result<ListedHosts> read_ssh_config(const Files& files, const std::filesystem::path& file,
                                    const std::filesystem::path& home);

// Adds those of a file of ssh's known_hosts, or of one like /etc/hosts; each line says by its form which it is.
// Errors: kFileUnreadable, kYamlLimit.
Result<> add_hosts_of(const Files& files, const std::filesystem::path& file, ListedHosts& into);

// hosts.yaml with them, sorted by name. `source` is what they come from, for its first line. The same hosts give the
// same bytes.
std::string inventory_text(const ListedHosts& listed, const std::string& source);

}  // namespace plumb::imports
