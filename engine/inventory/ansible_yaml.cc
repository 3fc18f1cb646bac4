#include "engine/inventory/ansible_yaml.h"

#include <utility>

#include "engine/inventory/host_pattern.h"

namespace plumb::inventory {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::string_view kVault = "$ANSIBLE_VAULT;";
constexpr int kDeepest = 32;

// Ansible's own tags say how a value is used and not what it is. Blanks keep every place where it was.
std::string without_tags(std::string_view text) {
  std::string out(text);
  for (const std::string_view tag : {"!vault-encrypted", "!vault", "!unsafe"}) {
    for (std::size_t at = out.find(tag); at != std::string::npos; at = out.find(tag, at + 1)) {
      const bool begins = at > 0 && (out[at - 1] == ' ' || out[at - 1] == '\t');
      const std::size_t end = at + tag.size();
      const bool ends = end == out.size() || std::string_view(" \t\r\n").find(out[end]) != std::string_view::npos;
      if (begins && ends) out.replace(at, tag.size(), tag.size(), ' ');
    }
  }
  return out;
}

bool is_nothing(const Node& node) {
  return node.is_null() || (node.is_plain() && (node.text == "null" || node.text == "~"));
}

Diagnostic left_out(std::string summary, const SourceSpan& span, std::string label) {
  return Diagnostic(Code::kInventoryLeftOut, std::move(summary)).at(span, std::move(label)).as(Severity::kWarning);
}

void leave_out_encrypted(std::vector<Entry>& variables, Reading& reading) {
  std::erase_if(variables, [&](const Entry& one) {
    if (!one.value.is_scalar() || !one.value.text.starts_with(kVault)) return false;
    reading.diagnostics.add(left_out("the variable `" + one.key + "` is encrypted by ansible-vault and left out",
                                     one.key_span, "cannot be read"));
    return true;
  });
}

class YamlInventory {
 public:
  YamlInventory(Found& found, Reading& reading) : found_(found), reading_(reading) {}

  void read(Node& root) {
    if (root.is_null()) return;
    if (!is_map(root, "an inventory")) return;
    if (const Entry* plugin = root.find("plugin")) {
      const std::string name = plugin->value.text;
      reading_.diagnostics.add(Diagnostic(Code::kInventorySource, "this is the configuration of Ansible's plugin `" +
                                                                      name + "`, not an inventory")
                                   .at(plugin->key_span, "only Ansible can run it")
                                   .with_hint("take what it finds: `command: [ansible-inventory, -i, FILE, --list]`"));
      return;
    }
    for (Entry& one : root.entries) group(one, 0);
  }

 private:
  bool is_map(const Node& node, const std::string& what) {
    if (node.is_map()) return true;
    reading_.diagnostics.add(Diagnostic(Code::kInventorySource, what + " must be a map")
                                 .at(node.span, "expected `name:` and what belongs to it"));
    return false;
  }

  // A name alone stands for a map with that name in it.
  static void widen(Node& node) {
    if (!node.is_scalar()) return;
    Node map;
    map.kind = Node::Kind::kMap;
    map.span = node.span;
    map.entries.push_back(entry(node.text, node.span, {}));
    node = std::move(map);
  }

  void group(Entry& given, int depth) {
    const std::string name = group_name(given.key);
    FoundGroup& group = found_.group(name, given.key_span);
    if (is_nothing(given.value)) return;
    if (!is_map(given.value, "the group `" + given.key + "`")) return;
    if (depth > kDeepest) {
      reading_.diagnostics.add(
          Diagnostic(Code::kInventorySource, "groups are nested too deeply").at(given.key_span, ""));
      return;
    }
    for (Entry& part : given.value.entries) {
      const bool known = part.key == "hosts" || part.key == "vars" || part.key == "children";
      if (!known) {
        reading_.diagnostics.add(left_out("`" + part.key + "` is no part of the group `" + given.key + "`",
                                          part.key_span, "expected hosts, vars or children"));
        continue;
      }
      if (is_nothing(part.value)) continue;
      widen(part.value);
      if (!is_map(part.value, "`" + part.key + "`")) continue;
      if (part.key == "hosts") hosts(part.value, name);
      if (part.key == "vars") {
        leave_out_encrypted(part.value.entries, reading_);
        for (Entry& one : part.value.entries)
          put_agreeing(group.said.variables, std::move(one), "group " + name, reading_);
      }
      if (part.key == "children") children(part.value, name, depth);
    }
  }

  void hosts(Node& map, const std::string& name) {
    for (Entry& host : map.entries) {
      std::vector<Entry> variables;
      if (host.value.is_map()) {
        variables = std::move(host.value.entries);
        leave_out_encrypted(variables, reading_);
      } else if (!is_nothing(host.value) && !is_map(host.value, "the host `" + host.key + "`")) {
        continue;
      }
      add_hosts(host.key, host.key_span, name, variables, found_, reading_);
    }
  }

  void children(Node& map, const std::string& name, int depth) {
    for (Entry& child : map.entries) {
      group(child, depth + 1);
      if (name != kAll)
        found_.group(name, child.key_span).links.children.try_emplace(group_name(child.key), child.key_span);
    }
  }

  Found& found_;
  Reading& reading_;
};

}  // namespace

void read_ansible_yaml(const std::string& file_name, std::string_view text, Found& found, Reading& reading) {
  std::optional<Node> root = lang::read_yaml(file_name, without_tags(text), reading.diagnostics);
  if (root) YamlInventory(found, reading).read(*root);
}

std::vector<Entry> read_variables(const std::string& file_name, std::string_view text, Reading& reading) {
  if (text.starts_with(kVault)) {
    reading.diagnostics.add(left_out(file_name + " is encrypted by ansible-vault and left out",
                                     {file_name, 1, 1, 1, 1 + static_cast<int>(kVault.size()) - 1}, "cannot be read")
                                .with_hint("give inputs that are secret with PLUMB_INPUT_name or --inputs"));
    return {};
  }
  std::optional<Node> root = lang::read_yaml(file_name, without_tags(text), reading.diagnostics);
  if (!root || root->is_null()) return {};
  if (!root->is_map()) {
    reading.diagnostics.add(Diagnostic(Code::kInventorySource, file_name + " must be a map of variables")
                                .at(root->span, "expected `name: value`"));
    return {};
  }
  leave_out_encrypted(root->entries, reading);
  return std::move(root->entries);
}

}  // namespace plumb::inventory
