#include "engine/inventory/terraform.h"

#include <algorithm>
#include <utility>

#include "engine/inventory/ansible_settings.h"

namespace plumb::inventory {
namespace {

using lang::Entry;
using lang::Node;

const std::vector<ResourceMapping>& known_mappings() {
  static const std::vector<ResourceMapping> all = {
      {.type = "aws_instance", .name = {"tags.Name", "id"}, .address = {"public_ip", "private_ip"}},
      {.type = "aws_spot_instance_request",
       .name = {"tags.Name", "spot_instance_id"},
       .address = {"public_ip", "private_ip"}},
      {.type = "azurerm_linux_virtual_machine",
       .name = {"name"},
       .address = {"public_ip_address", "private_ip_address"},
       .user_from = {"admin_username"}},
      {.type = "digitalocean_droplet", .name = {"name"}, .address = {"ipv4_address", "ipv4_address_private"}},
      {.type = "google_compute_instance",
       .name = {"name"},
       .address = {"network_interface.0.access_config.0.nat_ip", "network_interface.0.network_ip"}},
      {.type = "hcloud_server", .name = {"name"}, .address = {"ipv4_address", "ipv6_address"}},
      {.type = "libvirt_domain", .name = {"name"}, .address = {"network_interface.0.addresses.0"}},
      {.type = "linode_instance", .name = {"label"}, .address = {"ip_address"}},
      {.type = "oci_core_instance", .name = {"display_name"}, .address = {"public_ip", "private_ip"}},
      {.type = "openstack_compute_instance_v2", .name = {"name"}, .address = {"access_ip_v4", "network.0.fixed_ip_v4"}},
      {.type = "proxmox_vm_qemu", .name = {"name"}, .address = {"default_ipv4_address", "ssh_host"}},
      {.type = "scaleway_instance_server",
       .name = {"name"},
       .address = {"public_ips.0.address", "public_ip", "private_ip"}},
      {.type = "vultr_instance", .name = {"hostname", "label"}, .address = {"main_ip"}}};
  return all;
}

bool is_empty(const Node& node) {
  return node.is_null() || (node.is_scalar() && (node.text.empty() || (node.is_plain() && node.text == "null")));
}

// Null where there is nothing, or nothing in it.
const Node* at(const Node& attributes, std::string_view path) {
  const Node* node = &attributes;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::string_view step = path.substr(0, dot);
    path.remove_prefix(std::min(dot + 1, path.size()));
    if (node->is_sequence()) {
      const bool number =
          !step.empty() && step.size() <= 4 && step.find_first_not_of("0123456789") == std::string_view::npos;
      const std::size_t index = number ? static_cast<std::size_t>(std::stoi(std::string(step))) : node->items.size();
      if (index >= node->items.size()) return nullptr;
      node = &node->items[index];
    } else {
      const Entry* entry = node->find(step);
      if (entry == nullptr) return nullptr;
      node = &entry->value;
    }
  }
  return is_empty(*node) ? nullptr : node;
}

const Node* first_of(const Node& attributes, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (const Node* node = at(attributes, path)) return node;
  }
  return nullptr;
}

std::string text_at(const Node& node, std::string_view key) {
  const Entry* entry = node.find(key);
  return entry != nullptr && entry->value.is_scalar() ? entry->value.text : "";
}

// Texts of tags stand for what the input's schema makes of them.
void make_plain(Node& node) {
  if (node.is_scalar()) node.style = lang::Style::kPlain;
  for (Node& item : node.items) make_plain(item);
  for (Entry& one : node.entries) make_plain(one.value);
}

class StateReader {
 public:
  StateReader(const std::vector<ResourceMapping>& mappings, Found& found, Reading& reading)
      : mappings_(mappings), found_(found), reading_(reading) {}

  void read(const Node& root) {
    if (!root.is_map()) return fault(root.span, "this is no state of Terraform", "expected `{`");
    if (const Entry* values = root.find("values")) {
      if (const Entry* module = values->value.find("root_module")) shown_module(module->value);
    } else if (const Entry* planned = root.find("planned_values")) {
      fault(planned->key_span, "this is a plan of Terraform, not its state", "hosts that are not there yet");
    } else if (const Entry* version = root.find("version")) {
      if (version->value.text != "4") return fault(version->value.span, "a state of another version", "expected 4");
      if (const Entry* resources = root.find("resources")) state_resources(resources->value);
    } else if (root.find("format_version") == nullptr) {
      fault(root.span, "this is no state of Terraform", "expected a state file or what `show -json` prints");
    }
  }

 private:
  void fault(const SourceSpan& span, std::string summary, std::string label, std::string hint = {}) {
    reading_.diagnostics.add(Diagnostic(Code::kInventorySource, std::move(summary))
                                 .at({span.file, span.line, span.column, span.line, span.column + 1}, std::move(label))
                                 .with_hint(std::move(hint)));
  }

  void shown_module(const Node& module) {
    if (const Entry* resources = module.find("resources")) {
      for (const Node& one : resources->value.items) {
        const Entry* values = one.find("values");
        if (values != nullptr) resource(one, values->value);
      }
    }
    if (const Entry* children = module.find("child_modules")) {
      for (const Node& child : children->value.items) shown_module(child);
    }
  }

  void state_resources(const Node& resources) {
    for (const Node& one : resources.items) {
      const Entry* instances = one.find("instances");
      if (instances == nullptr) continue;
      for (const Node& instance : instances->value.items) {
        const Entry* attributes = instance.find("attributes");
        if (attributes != nullptr && instance.find("deposed") == nullptr) resource(one, attributes->value);
      }
    }
  }

  void resource(const Node& described, const Node& attributes) {
    if (text_at(described, "mode") == "data" || !attributes.is_map()) return;
    const std::string type = text_at(described, "type");
    if (type == "ansible_host") return ansible_host(attributes);
    if (type == "ansible_group") return ansible_group(attributes);
    const auto is_of_type = [&](const ResourceMapping& one) { return one.type == type; };
    const auto own = std::find_if(mappings_.begin(), mappings_.end(), is_of_type);
    const auto known = std::find_if(known_mappings().begin(), known_mappings().end(), is_of_type);
    if (own == mappings_.end() && known == known_mappings().end()) return;
    ResourceMapping mapping;
    if (known != known_mappings().end()) mapping = *known;
    if (own != mappings_.end()) {
      mapping.groups = own->groups;
      mapping.groups_from = own->groups_from;
      mapping.inputs = own->inputs;
      mapping.user = own->user;
      if (!own->name.empty()) mapping.name = own->name;
      if (!own->address.empty()) mapping.address = own->address;
    }
    machine(described, attributes, mapping);
  }

  void machine(const Node& described, const Node& attributes, const ResourceMapping& mapping) {
    const Node* address = first_of(attributes, mapping.address);
    if (address == nullptr && !mapping.address.empty()) return;  // it is off, or being made
    const Node* name =
        first_of(attributes, mapping.name.empty() ? std::vector<std::string>{"name", "id"} : mapping.name);
    if (name == nullptr || !name->is_scalar()) {
      return fault(attributes.span,
                   "`" + text_at(described, "type") + "." + text_at(described, "name") + "` has no name",
                   "this resource", "say under `resources` which attribute is the host's name: `name: id`");
    }
    FoundHost* host = add_host(*name);
    if (host == nullptr) return;
    if (address != nullptr) put(host->said.settings, entry("address", address->span, *address));
    const Node* user = first_of(attributes, mapping.user_from);
    if (!mapping.user.empty()) {
      put(host->said.settings, entry("user", name->span, scalar(mapping.user, name->span)));
    } else if (user != nullptr) {
      put(host->said.settings, entry("user", user->span, *user));
    }
    for (const std::string& group : mapping.groups) add_group(*host, group, name->span);
    for (const std::string& path : mapping.groups_from) {
      if (const Node* groups = at(attributes, path)) add_groups(*host, *groups);
    }
    for (const auto& [input, path] : mapping.inputs) {
      const Node* value = at(attributes, path);
      if (value == nullptr) continue;
      Entry variable = entry(input, value->span, *value);
      make_plain(variable.value);
      put(host->said.variables, std::move(variable));
    }
  }

  FoundHost* add_host(const Node& name) {
    const auto there = found_.hosts.find(name.text);
    if (there == found_.hosts.end()) return &found_.host(name.text, name.span);
    reading_.diagnostics.add(
        Diagnostic(Code::kDuplicateHost, "two resources are the host `" + name.text + "`")
            .at(name.span, "a second one here")
            .with_related(there->second.span, "first here")
            .with_hint("say under `resources` which attribute tells them apart, such as `name: id`"));
    return nullptr;
  }

  void add_group(FoundHost& host, const std::string& name, const SourceSpan& span) {
    if (name.empty()) return;
    found_.group(name, span);
    host.groups.insert(group_name(name));
  }

  void add_groups(FoundHost& host, const Node& groups) {
    if (groups.is_scalar()) add_group(host, groups.text, groups.span);
    for (const Node& item : groups.items) {
      if (item.is_scalar()) add_group(host, item.text, item.span);
    }
  }

  static void add_variables(const Node& attributes, std::vector<Entry>& variables) {
    const Entry* given = attributes.find("variables");
    if (given == nullptr) return;
    for (Entry one : given->value.entries) {
      make_plain(one.value);
      put(variables, std::move(one));
    }
  }

  void ansible_host(const Node& attributes) {
    const Node* name = at(attributes, "name");
    if (name == nullptr || !name->is_scalar()) return;
    FoundHost* host = add_host(*name);
    if (host == nullptr) return;
    if (const Node* groups = at(attributes, "groups")) add_groups(*host, *groups);
    add_variables(attributes, host->said.variables);
  }

  void ansible_group(const Node& attributes) {
    const Node* name = at(attributes, "name");
    if (name == nullptr || !name->is_scalar()) return;
    FoundGroup& group = found_.group(name->text, name->span);
    if (const Node* children = at(attributes, "children")) {
      for (const Node& child : children->items) {
        found_.group(child.text, child.span);
        group.links.children.try_emplace(group_name(child.text), child.span);
      }
    }
    add_variables(attributes, group.said.variables);
  }

  const std::vector<ResourceMapping>& mappings_;
  Found& found_;
  Reading& reading_;
};

}  // namespace

void read_terraform(const Node& root, const std::vector<ResourceMapping>& mappings, Found& found, Reading& reading) {
  StateReader(mappings, found, reading).read(root);
  take_connection_variables(found, reading);
}

}  // namespace plumb::inventory
