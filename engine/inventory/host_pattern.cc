#include "engine/inventory/host_pattern.h"

#include <algorithm>
#include <utility>

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

}  // namespace

void add_hosts(const std::string& pattern, const SourceSpan& span, const std::optional<std::string>& group,
               const std::vector<lang::Entry>& variables, Found& found, Reading& reading) {
  const std::size_t colon = port_colon(pattern);
  std::string range = pattern.substr(0, colon);
  for (std::size_t at = range.find("[:"); at != std::string::npos; at = range.find("[:", at)) range.insert(at + 1, "0");
  Result<std::vector<std::string>> names =
      has_range(range) ? expand_hosts(range) : Result<std::vector<std::string>>(std::vector<std::string>{range});
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
    FoundHost& host = found.host(name, span);
    if (group && *group != kAll) {
      found.group(*group, span);
      host.groups.insert(group_name(*group));
    }
    if (colon != std::string_view::npos)
      put(host.said.variables, entry("ansible_port", span, scalar(pattern.substr(colon + 1), span)));
    if (host.said.variables.empty()) {
      host.said.variables = variables;
    } else {
      for (const lang::Entry& one : variables) put(host.said.variables, one);
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
