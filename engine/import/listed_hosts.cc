#include "engine/import/listed_hosts.h"

#include "engine/base/outside_text.h"
#include "engine/import/written.h"
#include "engine/inventory/found.h"
#include "engine/inventory/host_names.h"

namespace plumb::imports {
namespace {

std::string settings_of(const ListedHost& host) {
  std::string text;
  const auto add = [&](const std::string& one) { text += (text.empty() ? "" : ", ") + one; };
  if (!host.address.empty()) add("address: " + yaml_scalar(host.address, true));
  if (host.port != 0) add("port: " + std::to_string(host.port));
  std::string groups;
  for (const std::string& group : host.groups) groups += (groups.empty() ? "" : ", ") + group;
  if (!groups.empty()) add("groups: [" + groups + "]");
  return "{" + text + "}";
}

}  // namespace

bool can_be_listed(std::string_view name) {
  return inventory::is_host_name(name) && name != inventory::kAll;
}

void ListedHosts::note(const std::string& text) {
  if (notes.size() == kMostNotes) {
    ++further_notes;
  } else {
    notes.push_back(outside_line(text, 300));
  }
}

std::string inventory_text(const ListedHosts& listed, const std::string& source) {
  std::string text = "# " + std::to_string(listed.hosts.size()) + (listed.hosts.size() == 1 ? " host" : " hosts") +
                     " of " + outside_line(source) + ".\nplumb: v1\n";
  if (!listed.ssh_config.empty()) text += "defaults: {ssh_config: " + yaml_scalar(listed.ssh_config, true) + "}\n";
  std::set<std::string> groups;
  for (const auto& [name, host] : listed.hosts) groups.insert(host.groups.begin(), host.groups.end());
  if (!groups.empty()) text += "groups:\n";
  for (const std::string& group : groups) text += "  " + group + ": {}\n";
  text += listed.hosts.empty() ? "hosts: {}\n" : "hosts:\n";
  for (const auto& [name, host] : listed.hosts) {
    text += "  " + yaml_key(name) + ": " + settings_of(host);
    text += host.remark.empty() ? "\n" : "  # " + outside_line(host.remark, 120) + "\n";
  }
  return text;
}

}  // namespace plumb::imports
