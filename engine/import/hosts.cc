#include "engine/import/hosts.h"

#include <algorithm>

#include "engine/import/literal.h"
#include "engine/import/names.h"
#include "engine/import/written.h"
#include "engine/inventory/ansible_files.h"

namespace plumb::imports {
namespace {

using inventory::FoundGroup;
using inventory::FoundHost;
using inventory::Said;
using lang::Entry;
using lang::Node;

constexpr std::size_t kMostInventoryEntries = 500;

void take_inputs(const Said& said, const std::set<std::string>& inputs, WrittenMap& out) {
  for (const Entry& one : said.variables) {
    if (!inputs.contains(one.key) || holds_jinja_within(one.value)) continue;
    const std::string name = safe_name(one.key);
    std::erase_if(out, [&](const auto& there) { return there.name == name; });
    out.emplace_back(name, literal_of(one.value));
  }
}

void note_variables(const Said& said, const std::string& of, Hosts& hosts, Report& report) {
  for (const Entry& one : said.variables) {
    hosts.variables.insert(one.key);
    hosts.values[one.key] = &one.value;
    if (holds_jinja_within(one.value))
      report.notes.push_back("`" + one.key + "` of " + of +
                             " is by hand: values of groups and hosts hold no expressions here");
  }
}

std::string inventory_in(const Folder& folder) {
  for (const char* name :
       {"hosts", "hosts.ini", "hosts.yml", "hosts.yaml", "inventory", "inventory.ini", "inventory.yml",
        "inventory.yaml", "inventory/hosts", "inventory/hosts.ini", "inventory/hosts.yml", "production"}) {
    const auto status = folder.status(name);
    if (status) return name;
  }
  for (const char* name : {"inventories", "environments"}) {
    const auto list = (folder / name).list(kMostInventoryEntries);
    if (!list || list->empty()) continue;
    for (const FolderEntry& entry : *list) {
      if (entry.name.starts_with("prod")) return std::string(name) + "/" + entry.name;
    }
    return std::string(name) + "/" + list->front().name;
  }
  return "";
}

}  // namespace

Hosts read_hosts(const Folder& folder, const std::string& shown, Report& report) {
  Hosts hosts;
  Diagnostics diagnostics;
  lang::SourceMap sources;
  inventory::Reading reading{diagnostics, sources};
  const std::string path = inventory_in(folder);
  if (!path.empty()) {
    const std::string name = shown.empty() ? path : shown + "/" + path;
    if (auto found = inventory::read_ansible(folder, path, name, {name, 1, 1, 1, 1}, reading))
      hosts.found = std::move(*found);
    inventory::read_beside(folder, shown.empty() ? "." : shown, hosts.found, reading);
  }
  for (const Diagnostic& one : diagnostics.sorted()) {
    report.notes.push_back((one.span ? one.span->str() + ": " : "") + one.summary);
    // The name of what was left out stands in the message.
    const std::size_t from = one.summary.find("the variable `");
    if (from == std::string::npos || one.summary.find("encrypted") == std::string::npos) continue;
    const std::size_t begin = from + 14;
    const std::string name = one.summary.substr(begin, one.summary.find('`', begin) - begin);
    hosts.secret.insert(name);
    hosts.variables.insert(name);
  }
  for (const auto& [name, group] : hosts.found.groups) {
    note_variables(group.said, "the group " + name, hosts, report);
    note_variables(group.beside, "the group " + name, hosts, report);
  }
  for (const auto& [name, host] : hosts.found.hosts) note_variables(host.said, "the host " + name, hosts, report);
  hosts.hosts = hosts.found.hosts.size();
  return hosts;
}

std::string hosts_text(const Hosts& hosts, const std::set<std::string>& inputs) {
  Lines lines;
  lines.add("plumb: v1");
  bool any = false;
  for (const auto& [name, group] : hosts.found.groups) {
    if (name == inventory::kAll || name == "ungrouped") continue;
    if (!any) lines.add("\ngroups:");
    any = true;
    WrittenMap keys;
    std::vector<std::string> children;
    for (const auto& [child, span] : group.links.children) children.push_back(child);
    if (!children.empty()) keys.emplace_back("children", Written::of_texts(children));
    WrittenMap own;
    take_inputs(group.said, inputs, own);
    take_inputs(group.beside, inputs, own);
    if (!own.empty()) keys.emplace_back("inputs", Written::of_map(std::move(own)));
    lines.add_value("  ", 2, name, Written::of_map(std::move(keys)));
  }
  lines.add("\nhosts:");
  for (const auto& [name, host] : hosts.found.hosts) {
    WrittenMap keys;
    for (const Entry& setting : host.said.settings) keys.emplace_back(setting.key, literal_of(setting.value));
    std::vector<std::string> groups;
    for (const std::string& group : host.groups) {
      if (group != inventory::kAll && group != "ungrouped") groups.push_back(group);
    }
    if (!groups.empty()) keys.emplace_back("groups", Written::of_texts(groups));
    WrittenMap own;
    take_inputs(host.said, inputs, own);
    if (!own.empty()) keys.emplace_back("inputs", Written::of_map(std::move(own)));
    lines.add_value("  ", 2, name, Written::of_map(std::move(keys)));
  }
  return lines.text();
}

std::string inputs_text(const Hosts& hosts, const std::set<std::string>& inputs) {
  const auto all = hosts.found.groups.find(inventory::kAll);
  if (all == hosts.found.groups.end()) return "";
  WrittenMap own;
  take_inputs(all->second.said, inputs, own);
  take_inputs(all->second.beside, inputs, own);
  if (own.empty()) return "";
  Lines lines;
  for (const auto& [name, value] : own) lines.add_value("", 0, name, value);
  return lines.text();
}

}  // namespace plumb::imports
