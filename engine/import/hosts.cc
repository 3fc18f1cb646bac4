#include "engine/import/hosts.h"

#include <algorithm>
#include <sstream>

#include "engine/base/ascii.h"
#include "engine/base/trimmed.h"
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

void take_inputs(const Said& said, const Inputs& inputs, WrittenMap& out) {
  for (const Entry& one : said.variables) {
    if (!inputs.contains(one.key) || holds_jinja_within(one.value) || plain_type(one.value) == Type::kNull) continue;
    const std::string name = safe_name(one.key);
    std::erase_if(out, [&](const auto& there) { return there.name == name; });
    out.emplace_back(name, inputs.at(one.key) ? text_or_null(one.value) : literal_of(one.value));
  }
}

void note_variables(const Said& said, const std::string& of, Hosts& hosts, Report& report) {
  for (const Entry& one : said.variables) {
    hosts.variables.insert(one.key);
    hosts.values.emplace(one.key, &one.value);
    if (holds_jinja_within(one.value))
      report.notes.push_back("`" + one.key + "` of " + of +
                             " is by hand: values of groups and hosts hold no expressions here");
  }
}

// A name is that of a group or of a host here, and may be that of both with Ansible: a group of this one host is the
// host, and another one gets a name of its own.
void part_names(Hosts& hosts, Report& report) {
  auto& groups = hosts.found.groups;
  std::vector<std::string> both;
  for (const auto& [name, group] : groups) {
    if (hosts.found.hosts.contains(name)) both.push_back(name);
  }
  for (const std::string& name : both) {
    auto node = groups.extract(name);
    FoundGroup& group = node.mapped();
    FoundHost& own = hosts.found.hosts.at(name);
    std::vector<std::string> members;
    for (const auto& [host, found] : hosts.found.hosts) {
      if (found.groups.contains(name)) members.push_back(host);
    }
    const bool itself = group.links.children.empty() && (members.empty() || members == std::vector<std::string>{name});
    const std::string renamed = name + "-group";
    for (const std::string& host : members) {
      FoundHost& member = hosts.found.hosts.at(host);
      member.groups.erase(name);
      if (!itself) member.groups.insert(renamed);
    }
    for (auto& [parent, other] : groups) {
      const auto link = other.links.children.find(name);
      if (link == other.links.children.end()) continue;
      const SourceSpan span = link->second;
      other.links.children.erase(link);
      if (itself) {
        own.groups.insert(parent);
      } else {
        other.links.children.emplace(renamed, span);
      }
    }
    if (!itself) {
      report.notes.push_back("the group `" + name + "`, which is called as a host, is `" + renamed +
                             "` here: a play for `" + name + "` is one for the host alone");
      node.key() = renamed;
      groups.insert(std::move(node));
      continue;
    }
    for (Said* said : {&group.said, &group.beside}) {
      for (Entry& one : said->variables) {
        if (inventory::find(own.said.variables, one.key) == nullptr) inventory::put(own.said.variables, std::move(one));
      }
    }
  }
}

// What ansible.cfg names; empty where that is nothing that is there.
std::string configured_inventory(const Folder& folder) {
  constexpr std::size_t kMostSettings = std::size_t{256} << 10;
  const Result<std::string> text = folder.read("ansible.cfg", kMostSettings);
  if (!text) return "";
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    const std::string_view key = trimmed(std::string_view(line).substr(0, equals));
    if (key != "inventory" && key != "hostfile") continue;
    std::string_view value = trimmed(std::string_view(line).substr(equals + 1));
    value = trimmed(value.substr(0, value.find_first_of(",;")));
    const std::string path = std::filesystem::path(value).lexically_normal().generic_string();
    if (!path.empty() && !path.starts_with("..") && !path.starts_with('/') && !path.ends_with(".py") &&
        folder.status(path))
      return path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
  }
  return "";
}

bool is_inventory_name(std::string_view name) {
  return name == "hosts" || name == "inventory" || name.starts_with("hosts.") || name.starts_with("inventory.") ||
         name.starts_with("inventory-") || name.starts_with("inventory_");
}

// Of several inventories in a folder that of the production, else the first.
std::string inventory_below(const Folder& folder, const std::string& name) {
  const auto list = (folder / name).list(kMostInventoryEntries);
  if (!list || list->empty()) return "";
  std::string first;
  for (const FolderEntry& entry : *list) {
    if (entry.name.starts_with('.')) continue;
    if (entry.name.starts_with("prod")) return name + "/" + entry.name;
    const bool can_be = entry.type == EntryType::kFolder ? entry.name != "group_vars" && entry.name != "host_vars"
                                                         : !entry.name.ends_with(".py") && !entry.name.ends_with(".md");
    if (first.empty() && can_be) first = name + "/" + entry.name;
  }
  return first;
}

std::string inventory_in(const Folder& folder) {
  if (std::string configured = configured_inventory(folder); !configured.empty()) return configured;
  for (const char* name :
       {"hosts", "hosts.ini", "hosts.yml", "hosts.yaml", "inventory.ini", "inventory.yml", "inventory.yaml",
        "inventory/hosts", "inventory/hosts.ini", "inventory/hosts.yml", "inventory/hosts.yaml", "production"}) {
    if (folder.status(name)) return name;
  }
  if (const auto status = folder.status("inventory")) {
    if (status->type != EntryType::kFolder) return "inventory";
    const auto list = (folder / "inventory").list(kMostInventoryEntries);
    // A folder is one inventory as a whole, or holds one for each place.
    const bool whole = list && std::any_of(list->begin(), list->end(), [](const FolderEntry& entry) {
                         return entry.type == EntryType::kFile && entry.name.find('.') == std::string::npos;
                       });
    if (whole) return "inventory";
    if (std::string below = inventory_below(folder, "inventory"); !below.empty()) return below;
  }
  for (const char* name : {"inventories", "environments"}) {
    if (std::string below = inventory_below(folder, name); !below.empty()) return below;
  }
  // An example shows the groups, at least.
  const auto list = folder.list(kMostInventoryEntries);
  if (!list) return "";
  for (const FolderEntry& entry : *list) {
    std::string_view name = entry.name;
    for (const std::string_view lead : {"example.", "sample."}) {
      if (name.starts_with(lead)) name.remove_prefix(lead.size());
    }
    if (entry.type == EntryType::kFile && is_inventory_name(name) && !name.ends_with(".py") && !name.ends_with(".md") &&
        !name.ends_with(".j2") && !name.ends_with(".sh"))
      return entry.name;
  }
  return "";
}

}  // namespace

void add_groups(std::string_view pattern, std::set<std::string>& groups) {
  for (std::size_t at = 0; at <= pattern.size();) {
    const std::size_t end = std::min(pattern.find_first_of(":,", at), pattern.size());
    std::string_view name = trimmed(pattern.substr(at, end - at));
    at = end + 1;
    if (name.starts_with('&') || name.starts_with('!')) name.remove_prefix(1);
    const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
    });
    if (plain && name != inventory::kAll && name != "localhost" && name != "example") groups.emplace(name);
  }
}

namespace {

// A host for each pattern of a play: two plays for two groups are for two hosts.
void add_examples(const std::set<std::string>& patterns, Hosts& hosts) {
  const SourceSpan nowhere{"hosts.yaml", 1, 1, 1, 1};
  const auto add = [&](const std::set<std::string>& groups) {
    std::string name = "example";
    for (const std::string& group : groups) name += "-" + group;
    FoundHost& host = hosts.found.host(name, nowhere);
    const std::string address = "192.0.2." + std::to_string(std::min<std::size_t>(hosts.found.hosts.size(), 254));
    inventory::put(host.said.settings, inventory::entry("address", nowhere, inventory::scalar(address, nowhere)));
    host.groups.insert(groups.begin(), groups.end());
  };
  std::set<std::string> all;
  for (const std::string& pattern : patterns) {
    std::set<std::string> own;
    add_groups(pattern, own);
    all.insert(own.begin(), own.end());
    // One that is in some groups at once; of several that count alike each has its own.
    if (own.size() > 1 && pattern.find('&') != std::string::npos && pattern.find('!') == std::string::npos) add(own);
  }
  for (const std::string& group : all) {
    (void)hosts.found.group(group, nowhere);
    const bool has_one = std::any_of(hosts.found.hosts.begin(), hosts.found.hosts.end(),
                                     [&](const auto& host) { return host.second.groups.contains(group); });
    if (!has_one) add({group});
  }
  hosts.is_example = !all.empty();
}

}  // namespace

Hosts read_hosts(const Folder& folder, const std::string& shown, const std::set<std::string>& patterns,
                 Report& report) {
  Hosts hosts;
  Diagnostics diagnostics;
  lang::SourceMap sources;
  inventory::Reading reading{diagnostics, sources};
  const std::string path = inventory_in(folder);
  if (!path.empty()) {
    const std::string name = shown.empty() ? path : shown + "/" + path;
    if (auto found = inventory::read_ansible(folder, path, name, {name, 1, 1, 1, 1}, reading))
      hosts.found = std::move(*found);
  }
  if (hosts.found.hosts.empty()) add_examples(patterns, hosts);
  if (!path.empty() || hosts.is_example)
    inventory::read_beside(folder, shown.empty() ? "." : shown, hosts.found, reading);
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
  part_names(hosts, report);
  for (const auto& [name, group] : hosts.found.groups) {
    note_variables(group.said, "the group " + name, hosts, report);
    note_variables(group.beside, "the group " + name, hosts, report);
  }
  for (const auto& [name, host] : hosts.found.hosts) note_variables(host.said, "the host " + name, hosts, report);
  hosts.hosts = hosts.found.hosts.size();
  return hosts;
}

constexpr const char* kExample =
    "# The plays name these groups, and no inventory lies beside them: say which hosts are in them.";

std::string example_text(const std::set<std::string>& groups) {
  Lines lines;
  lines.add(kExample);
  lines.add("plumb: v1");
  lines.add("\ngroups:");
  for (const std::string& name : groups) lines.add_value("  ", 2, name, Written::of_map({}));
  lines.add("\nhosts:");
  const std::vector<std::string> all(groups.begin(), groups.end());
  lines.add_value("  ", 2, "example",
                  Written::of_map({{"address", Written::of_text("192.0.2.1")}, {"groups", Written::of_texts(all)}}));
  return lines.text();
}

std::string hosts_text(const Hosts& hosts, const Inputs& inputs) {
  Lines lines;
  if (hosts.is_example) lines.add(kExample);
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

std::string inputs_text(const Hosts& hosts, const Inputs& inputs) {
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
