#include "engine/inventory/host_pattern.h"

#include <algorithm>
#include <map>
#include <utility>

#include <arpa/inet.h>

#include "engine/inventory/ansible_settings.h"
#include "engine/inventory/host_names.h"

namespace plumb::inventory {
namespace {

// The colon before a port: the only one outside of brackets.
std::size_t port_colon(std::string_view text) {
  std::size_t found = std::string_view::npos;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') ++depth;
    if (text[i] == ']') --depth;
    if (text[i] != ':' || depth != 0) continue;
    if (found != std::string_view::npos) return std::string_view::npos;
    found = i;
  }
  if (found == std::string_view::npos || found + 1 == text.size()) return std::string_view::npos;
  const std::string_view digits = text.substr(found + 1);
  const bool port = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return port ? found : std::string_view::npos;
}

bool is_ipv6(const std::string& text) {
  in6_addr buffer;
  return inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), &buffer) == 1;
}

struct Written {
  std::string name;  // or a range of names
  std::string port;  // empty where none is said
};

Written parts_of(const std::string& pattern) {
  if (is_ipv6(pattern)) return {pattern, ""};
  if (const std::size_t close = pattern.find(']'); pattern.starts_with('[') && close != std::string::npos) {
    const std::string address = pattern.substr(1, close - 1);
    if (close + 1 == pattern.size() && is_ipv6(address)) return {address, ""};
    if (port_colon(pattern) == close + 1 && is_ipv6(address)) return {address, pattern.substr(close + 2)};
  }
  const std::size_t colon = port_colon(pattern);
  return {pattern.substr(0, colon), colon == std::string::npos ? "" : pattern.substr(colon + 1)};
}

Result<std::vector<std::string>> names_of(std::string range) {
  if (is_ipv6(range)) return std::vector<std::string>{std::move(range)};
  for (std::size_t at = range.find("[:"); at != std::string::npos; at = range.find("[:", at)) range.insert(at + 1, "0");
  if (!has_range(range)) return std::vector<std::string>{std::move(range)};
  return expand_hosts(range);
}

bool says(const FoundHost& host, std::initializer_list<std::string_view> variables) {
  return std::any_of(variables.begin(), variables.end(),
                     [&](std::string_view name) { return find(host.said.variables, name) != nullptr; });
}

void say_address(FoundHost& host, const std::string& address) {
  if (says(host, {"ansible_host", "ansible_ssh_host"})) return;
  put(host.said.variables, entry("ansible_host", host.span, scalar(address, host.span, lang::Style::kDoubleQuoted)));
}

void take_over(FoundHost& host, FoundHost other, const std::string& name, Reading& reading) {
  host.groups.merge(other.groups);
  host.written = std::move(other.written);
  for (lang::Entry& one : other.said.variables) put_agreeing(host.said.variables, std::move(one), name, reading);
}

}  // namespace

std::string host_name(std::string written) {
  if (!is_ipv6(written)) return written;
  for (char& c : written) {
    if (c == ':' || c == '%') c = '_';
  }
  return written;
}

FoundHost& host_named(const std::string& written, const SourceSpan& span, Found& found) {
  const std::string name = host_name(written);
  FoundHost& host = found.host(name, span);
  if (name != written) {
    host.written = written;
    say_address(host, written);
  }
  return host;
}

void put_agreeing(std::vector<lang::Entry>& entries, lang::Entry entry, const std::string& owner, Reading& reading) {
  const lang::Entry* before = find(entries, entry.key);
  if (before != nullptr && says_how_to_connect(entry.key) && before->value.text != entry.value.text) {
    reading.diagnostics.add(
        Diagnostic(Code::kInventoryConflict, "`" + entry.key + "` of " + owner + " is said twice, differently")
            .at(entry.value.span, "another one here")
            .with_related(before->value.span, "first here")
            .with_hint("say it once; two hosts of one address have names of their own and `ansible_host`"));
    return;
  }
  put(entries, std::move(entry));
}

void add_hosts(const std::string& pattern, const SourceSpan& span, const std::optional<std::string>& group,
               const std::vector<lang::Entry>& variables, Found& found, Reading& reading) {
  const Written written = parts_of(pattern);
  const Result<std::vector<std::string>> names = names_of(written.name);
  if (!names) {
    reading.diagnostics.add(Error(names.error()).at(span).diagnostic());
    return;
  }
  if (found.hosts.size() + names->size() > 2 * kMostHosts) {
    reading.diagnostics.add(
        Diagnostic(Code::kTooManyHosts, "the inventory has more than 100,000 hosts").at(span, "too many with these"));
    return;
  }
  for (const std::string& name : *names) {
    const bool ported = !written.port.empty();
    FoundHost& host = ported ? found.host(name + ":" + written.port, span) : host_named(name, span, found);
    if (group && *group != kAll) {
      found.group(*group, span);
      host.groups.insert(group_name(*group));
    }
    if (ported) {
      host.written = name;
      host.port = written.port;
    }
    if (host.said.variables.empty()) {
      host.said.variables = variables;
    } else {
      for (const lang::Entry& one : variables) put_agreeing(host.said.variables, one, "host " + name, reading);
    }
    if (ported && !says(host, {"ansible_port", "ansible_ssh_port"}))
      put(host.said.variables, entry("ansible_port", span, scalar(written.port, span)));
  }
}

void settle_ports(Found& found, Reading& reading) {
  std::map<std::string, std::vector<std::string>> ported;
  for (const auto& [key, host] : found.hosts) {
    if (!host.port.empty()) ported[host.written].push_back(key);
  }
  for (const auto& [written, keys] : ported) {
    const std::string name = host_name(written);
    const auto plain = found.hosts.find(name);
    if (keys.size() > 1 && plain != found.hosts.end()) {
      reading.diagnostics.add(
          Diagnostic(Code::kInventoryConflict, "`" + written + "` stands with several ports, and without one")
              .at(plain->second.span, "which of them is this?")
              .with_related(found.hosts.at(keys[0]).span, "one of them")
              .with_related(found.hosts.at(keys[1]).span, "another one")
              .with_hint("say its port here, too"));
      for (const std::string& key : keys) found.hosts.erase(key);
      continue;
    }
    for (const std::string& key : keys) {
      FoundHost host = std::move(found.hosts.extract(key).mapped());
      const std::string own_name = keys.size() == 1 ? name : name + "-" + host.port;
      if (own_name != written) say_address(host, written);
      const auto [place, added] = found.hosts.try_emplace(own_name, host);
      if (!added) take_over(place->second, std::move(host), "host " + own_name, reading);
    }
  }
}

void settle_ungrouped(Found& found) {
  bool any = false;
  SourceSpan first;
  for (auto& [name, host] : found.hosts) {
    if (host.groups.size() > 1) host.groups.erase(kUngrouped);
    if (!host.groups.empty() && !host.groups.contains(kUngrouped)) continue;
    if (!any) first = host.span;
    any = true;
    host.groups.insert(kUngrouped);
  }
  if (any) found.group(kUngrouped, first);
  if (!any) found.groups.erase(kUngrouped);
}

}  // namespace plumb::inventory
