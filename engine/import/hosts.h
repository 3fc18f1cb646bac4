// The inventory that lies beside what is imported, as hosts.yaml and inputs.yaml.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "engine/base/files.h"
#include "engine/import/report.h"
#include "engine/inventory/found.h"

namespace plumb::imports {

struct Hosts {
  inventory::Found found;
  std::set<std::string> variables;                       // that some group or host sets
  std::set<std::string> secret;                          // encrypted by ansible-vault
  std::multimap<std::string, const lang::Node*> values;  // what groups and hosts give, by variable
  std::size_t hosts = 0;
  bool is_example = false;  // its hosts stand for those that nothing names
};

// The names of groups in a pattern of hosts.
void add_groups(std::string_view pattern, std::set<std::string>& groups);

// `patterns` are those of plays: where no inventory lies there, a host stands for those of each. `values` point into
// what comes back, and hold as long as that is not copied.
Hosts read_hosts(const Folder& folder, const std::string& shown, const std::set<std::string>& patterns, Report& report);

// The inputs of the project, and whether one that is no text for some is text for others.
using Inputs = std::map<std::string, bool>;

// Values of variables that are no inputs of the project are left out.
std::string hosts_text(const Hosts& hosts, const Inputs& inputs);
// Where there is no inventory: one host that stands for those of the groups that plays name.
std::string example_text(const std::set<std::string>& groups);
// What is said of all hosts; empty where that is nothing.
std::string inputs_text(const Hosts& hosts, const Inputs& inputs);

}  // namespace plumb::imports
