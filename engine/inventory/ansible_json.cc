#include "engine/inventory/ansible_json.h"

#include <utility>
#include <vector>

#include "engine/inventory/host_pattern.h"

namespace plumb::inventory {
namespace {

using lang::Entry;
using lang::Node;

class ProgramInventory {
 public:
  ProgramInventory(Found& found, Reading& reading) : found_(found), reading_(reading) {}

  void read(Node& root, const AskHost& ask_host) {
    if (!root.is_map()) return fault(root, "the answer must be a map of groups", "expected `{`");
    const Node* known = nullptr;
    for (Entry& one : root.entries) {
      if (one.key == "_meta") {
        if (const Entry* variables = one.value.find("hostvars")) known = &variables->value;
      } else {
        group(one);
      }
    }
    if (known == nullptr && ask_host) return ask_all(ask_host);
    if (known == nullptr) return;
    for (const Entry& host : known->entries) {
      // Variables of hosts that no group names are nobody's.
      const auto place = found_.hosts.find(host_name(host.key));
      if (place != found_.hosts.end()) add_variables(place->second, host.value, host.key);
    }
  }

 private:
  void fault(const Node& node, std::string summary, std::string label) {
    reading_.diagnostics.add(Diagnostic(Code::kInventorySource, std::move(summary)).at(node.span, std::move(label)));
  }

  void add_variables(FoundHost& host, const Node& variables, const std::string& name) {
    if (!variables.is_map()) return fault(variables, "the variables of `" + name + "` must be a map", "expected `{`");
    for (const Entry& one : variables.entries) put(host.said.variables, one);
  }

  void ask_all(const AskHost& ask_host) {
    for (auto& [name, host] : found_.hosts) {
      const std::optional<Node> variables = ask_host(host.written.empty() ? name : host.written);
      if (!variables) return;
      add_variables(host, *variables, name);
    }
  }

  // A map without any part of a group is a host with its variables; an empty one is an empty group.
  static bool is_host(const Node& value) {
    return value.is_map() && !value.entries.empty() && value.find("hosts") == nullptr &&
           value.find("vars") == nullptr && value.find("children") == nullptr;
  }

  void group(Entry& given) {
    if (is_host(given.value))
      return add_variables(host_named(given.key, given.key_span, found_), given.value, given.key);
    const std::string name = group_name(given.key);
    FoundGroup& group = found_.group(name, given.key_span);
    if (given.value.is_sequence()) return hosts(given.value, name);
    if (!given.value.is_map())
      return fault(given.value, "the group `" + given.key + "` must be a map or a list of hosts", "");
    for (Entry& part : given.value.entries) {
      if (part.key == "hosts") hosts(part.value, name);
      if (part.key == "children") children(part.value, name, group);
      if (part.key != "vars") continue;
      if (!part.value.is_map()) return fault(part.value, "`vars` must be a map", "expected `{`");
      for (Entry& one : part.value.entries) put(group.said.variables, std::move(one));
    }
  }

  bool is_list_of_names(const Node& list, const std::string& what) {
    bool good = list.is_sequence();
    for (const Node& item : list.items) good = good && item.is_scalar();
    if (!good) fault(list, "`" + what + "` must be a list of names", "expected `[`");
    return good;
  }

  void hosts(const Node& list, const std::string& group) {
    if (!is_list_of_names(list, "hosts")) return;
    for (const Node& item : list.items) {
      FoundHost& host = host_named(item.text, item.span, found_);
      if (group != kAll) host.groups.insert(group);
    }
  }

  void children(const Node& list, const std::string& name, FoundGroup& group) {
    if (!is_list_of_names(list, "children")) return;
    for (const Node& item : list.items) {
      const std::string child = group_name(item.text);
      found_.group(child, item.span);
      if (name != kAll) group.links.children.try_emplace(child, item.span);
    }
  }

  Found& found_;
  Reading& reading_;
};

}  // namespace

void read_ansible_json(Node& root, const AskHost& ask_host, Found& found, Reading& reading) {
  ProgramInventory(found, reading).read(root, ask_host);
  settle_ungrouped(found);
}

}  // namespace plumb::inventory
