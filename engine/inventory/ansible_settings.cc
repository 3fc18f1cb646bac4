#include "engine/inventory/ansible_settings.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/inventory/ssh_arguments.h"

namespace plumb::inventory {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::array kSettings = {std::pair{"ansible_ssh_host", "address"},
                                  std::pair{"ansible_host", "address"},
                                  std::pair{"ansible_ssh_port", "port"},
                                  std::pair{"ansible_port", "port"},
                                  std::pair{"ansible_ssh_user", "user"},
                                  std::pair{"ansible_user", "user"},
                                  std::pair{"ansible_private_key_file", "identity_file"},
                                  std::pair{"ansible_ssh_private_key_file", "identity_file"},
                                  std::pair{"ansible_ssh_timeout", "connect_timeout"},
                                  std::pair{"ansible_timeout", "connect_timeout"}};

constexpr std::array kSecrets = {
    "ansible_password",        "ansible_ssh_pass",  "ansible_ssh_password", "ansible_become_pass",
    "ansible_become_password", "ansible_sudo_pass", "ansible_su_pass",      "ansible_ssh_private_key_passphrase"};

constexpr std::array kArguments = {"ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_ssh_args"};

constexpr std::array kBecome = {"ansible_become", "ansible_become_method", "ansible_become_user"};

template <class Names>
bool among(const std::string& key, const Names& names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return key == name; });
}

bool is_template(const Node& node) {
  return node.text.find("{{") != std::string::npos || node.text.find("{%") != std::string::npos;
}

bool is_true(const Node& node) {
  const std::string word = lowered(node.text);
  return word == "true" || word == "yes" || word == "on" || word == "1" || word == "y" || word == "t";
}

class Taker {
 public:
  explicit Taker(Reading& reading) : reading_(reading) {}

  void take(Said& said) {
    std::vector<Entry> others;
    for (Entry& one : said.variables) {
      if (!one.key.starts_with("ansible_")) {
        others.push_back(std::move(one));
      } else if (among(one.key, kSecrets)) {
        refuse(one);
      } else if (among(one.key, kArguments)) {
        take_ssh_arguments(one, said.settings, reading_);
      } else if (one.key == "ansible_connection") {
        connection(one, said.settings);
      } else if (among(one.key, kBecome)) {
        others.push_back(std::move(one));  // for take_become
      } else {
        setting(one, said.settings);
      }
    }
    said.variables = std::move(others);
  }

 private:
  void refuse(const Entry& one) {
    reading_.sources.hide(one.value.span);
    const bool become = one.key.find("become") != std::string::npos || one.key.find("su") == one.key.find('_') + 1;
    reading_.diagnostics.add(Diagnostic(Code::kInventorySecret, "`" + one.key + "` holds a password")
                                 .at(one.key_span, "plumb takes none from an inventory")
                                 .with_hint(become ? "remove it; `plumb apply -K` asks for the password once a run"
                                                   : "remove it, and log in with a key from a file or an agent"));
  }

  void setting(const Entry& one, std::vector<Entry>& settings) {
    for (const auto& [variable, key] : kSettings) {
      if (one.key != variable) continue;
      if (is_template(one.value)) return tell_template(one);
      Entry found = entry(key, one.key_span, one.value);
      // JSON and Python have numbers in quotes for numbers.
      if (found.value.is_scalar() && (found.key == "port" || found.key == "connect_timeout"))
        found.value.style = lang::Style::kPlain;
      put(settings, std::move(found));
    }
  }

  void tell_template(const Entry& one) {
    reading_.diagnostics.add(Diagnostic(Code::kInventorySource, "`" + one.key + "` is a template of Jinja")
                                 .at(one.value.span, "plumb reads values as they stand")
                                 .with_hint("write the value itself"));
  }

  void connection(const Entry& one, std::vector<Entry>& settings) {
    static const std::map<std::string, const char*> known = {{"ssh", "ssh"},
                                                             {"smart", "ssh"},
                                                             {"paramiko", "ssh"},
                                                             {"paramiko_ssh", "ssh"},
                                                             {"libssh", "ssh"},
                                                             {"ansible.builtin.ssh", "ssh"},
                                                             {"ansible.builtin.paramiko_ssh", "ssh"},
                                                             {"ansible.netcommon.libssh", "ssh"},
                                                             {"local", "local"},
                                                             {"ansible.builtin.local", "local"}};
    const auto found = known.find(one.value.text);
    if (found != known.end()) {
      put(settings, entry("connection", one.key_span, scalar(found->second, one.value.span)));
      return;
    }
    reading_.diagnostics.add(
        Diagnostic(Code::kInventoryLeftOut, "plumb has no connection `" + one.value.text + "`; it would use ssh")
            .at(one.value.span, "expected ssh, paramiko, smart or local")
            .with_hint("say how to reach it in hosts.yaml, such as `connection: {command: [podman, exec, -i, NAME]}`")
            .as(Severity::kWarning));
  }

  Reading& reading_;
};

// Ansible mixes these three over all levels; plumb's `become` is one thing. So what they come to is said of each host.
class BecomeTaker {
 public:
  BecomeTaker(Found& found, Reading& reading) : found_(found), reading_(reading), tree_(links(found), ignored_) {}

  void take() {
    bool any = false;
    for (const auto& [name, group] : found_.groups) any = any || mentions(group.said) || mentions(group.beside);
    for (auto& [name, host] : found_.hosts) {
      if (any || mentions(host.said)) settle(host);
    }
    for (auto& [name, group] : found_.groups) {
      clear(group.said);
      clear(group.beside);
    }
    for (auto& [name, host] : found_.hosts) clear(host.said);
  }

 private:
  using Values = std::map<std::string, Entry>;

  const std::map<std::string, GroupLinks>& links(const Found& found) {
    for (const auto& [name, group] : found.groups) {
      if (name != kAll) links_.emplace(name, group.links);
    }
    return links_;
  }

  static bool mentions(const Said& said) {
    return std::any_of(said.variables.begin(), said.variables.end(),
                       [](const Entry& one) { return among(one.key, kBecome); });
  }

  static void clear(Said& said) {
    std::erase_if(said.variables, [](const Entry& one) { return among(one.key, kBecome); });
  }

  static void overlay(Values& values, const Said& said) {
    for (const Entry& one : said.variables) {
      if (among(one.key, kBecome)) values.insert_or_assign(one.key, one);
    }
  }

  const Values& of_groups(const std::set<std::string>& direct) {
    const auto known = known_.find(direct);
    if (known != known_.end()) return known->second;
    Values& values = known_[direct];
    const std::vector<std::string> lineage = tree_.lineage(direct);
    const auto overlay_all = [&](Said FoundGroup::*part) {
      if (const auto all = found_.groups.find(kAll); all != found_.groups.end()) overlay(values, all->second.*part);
      for (const std::string& name : lineage) overlay(values, found_.groups.at(name).*part);
    };
    overlay_all(&FoundGroup::said);
    overlay_all(&FoundGroup::beside);
    return values;
  }

  void settle(FoundHost& host) {
    Values values = of_groups(host.groups);
    overlay(values, host.said);
    if (values.empty()) return;
    const auto wanted = values.find("ansible_become");
    const Entry& why = wanted != values.end() ? wanted->second : values.begin()->second;
    if (wanted != values.end() && !is_true(wanted->second.value)) {
      put(host.said.settings, entry("become", why.key_span, scalar("none", why.value.span)));
      return;
    }
    Node become;
    become.kind = Node::Kind::kMap;
    become.span = why.value.span;
    if (const auto user = values.find("ansible_become_user"); user != values.end())
      become.entries.push_back(entry("user", user->second.key_span, user->second.value));
    if (const auto method = values.find("ansible_become_method"); method != values.end()) {
      std::string name = method->second.value.text;
      if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) name.erase(0, dot + 1);
      if (name != "sudo" && name != "su" && name != "doas") return tell_method(method->second);
      become.entries.push_back(entry("method", method->second.key_span, scalar(name, method->second.value.span)));
    }
    put(host.said.settings, entry("become", why.key_span, std::move(become)));
  }

  void tell_method(const Entry& method) {
    reading_.diagnostics.add(
        Diagnostic(Code::kInventoryLeftOut, "plumb becomes nobody by `" + method.value.text + "`; it is left out")
            .at(method.value.span, "expected sudo, su or doas")
            .as(Severity::kWarning));
  }

  Found& found_;
  Reading& reading_;
  Diagnostics ignored_;  // circles are told when all sources are together
  std::map<std::string, GroupLinks> links_;
  GroupTree tree_;
  std::map<std::set<std::string>, Values> known_;
};

void take_priority(FoundGroup& group, Reading& reading) {
  const auto known = [](const Entry& one) { return one.key == "ansible_group_priority"; };
  for (Said* said : {&group.said, &group.beside}) {
    const auto place = std::find_if(said->variables.begin(), said->variables.end(), known);
    if (place == said->variables.end()) continue;
    const std::string& text = place->value.text;
    const bool number = !text.empty() && text.size() < 7 &&
                        text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == std::string::npos &&
                        text != "-";
    if (number) {
      group.links.priority = std::stoi(text);
    } else {
      reading.diagnostics.add(Diagnostic(Code::kInventorySource, "`ansible_group_priority` must be a whole number")
                                  .at(place->value.span, "cannot be read"));
    }
    said->variables.erase(place);
  }
}

}  // namespace

bool says_how_to_connect(std::string_view variable) {
  const auto is = [&](const auto& name) { return variable == name; };
  return variable == "ansible_connection" || std::any_of(kArguments.begin(), kArguments.end(), is) ||
         std::any_of(kBecome.begin(), kBecome.end(), is) ||
         std::any_of(kSettings.begin(), kSettings.end(), [&](const auto& one) { return variable == one.first; });
}

void take_connection_variables(Found& found, Reading& reading) {
  for (auto& [name, group] : found.groups) take_priority(group, reading);
  Taker taker(reading);
  for (auto& [name, group] : found.groups) {
    taker.take(group.said);
    taker.take(group.beside);
  }
  for (auto& [name, host] : found.hosts) taker.take(host.said);
  BecomeTaker(found, reading).take();
}

}  // namespace plumb::inventory
