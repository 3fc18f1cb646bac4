// Hosts from the state of Terraform and OpenTofu.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/inventory/found.h"

namespace plumb::inventory {

// Which attributes of a type of resources say what of a host: `resources:` of a source. A path leads through maps and
// lists: tags.Name, network_interface.0.network_ip. Of several, the first that is there and not empty counts.
struct ResourceMapping {
  std::string type;
  std::vector<std::string> name = {};
  std::vector<std::string> address = {};
  std::string user = {};
  std::vector<std::string> user_from = {};
  std::vector<std::string> groups = {};
  std::vector<std::string> groups_from = {};
  std::map<std::string, std::string> inputs = {};  // paths by input
};

// Reads a state file (version 4) or what `show -json` prints, all modules of it: resources of the types in `mappings`
// and of those that are known, and `ansible_host` and `ansible_group` of Ansible's own provider.
void read_terraform(const lang::Node& root, const std::vector<ResourceMapping>& mappings, Found& found,
                    Reading& reading);

}  // namespace plumb::inventory
