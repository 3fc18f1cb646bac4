// What a reader found, in lines that a person can compare.
#pragma once

#include <string>

#include "engine/inventory/found.h"

namespace plumb::inventory::testing {

inline std::string text_of(const lang::Node& node) {
  if (node.is_null()) return "nothing";
  if (node.is_scalar()) return node.is_plain() ? node.text : "'" + node.text + "'";
  std::string out = node.is_map() ? "{" : "[";
  for (const lang::Node& item : node.items) out += (out.size() > 1 ? ", " : "") + text_of(item);
  for (const lang::Entry& one : node.entries) out += (out.size() > 1 ? ", " : "") + one.key + ": " + text_of(one.value);
  return out + (node.is_map() ? "}" : "]");
}

inline std::string dump(const Said& said) {
  std::string out;
  for (const lang::Entry& one : said.settings)
    out += "  set " + one.key + " = " + text_of(one.value) + " at " + one.value.span.str() + "\n";
  for (const lang::Entry& one : said.variables)
    out += "  " + one.key + " = " + text_of(one.value) + " at " + one.value.span.str() + "\n";
  return out;
}

inline std::string dump(const Found& found) {
  std::string out;
  for (const auto& [name, group] : found.groups) {
    const std::string beside = dump(group.beside);
    std::string said = dump(group.said) + (beside.empty() ? "" : "  beside\n" + beside);
    for (const auto& [child, span] : group.links.children) said = "  child " + child + "\n" + said;
    if (group.links.priority != 1) said = "  priority " + std::to_string(group.links.priority) + "\n" + said;
    if (name == kAll && said.empty()) continue;
    out += "[" + name + "]\n" + said;
  }
  for (const auto& [name, host] : found.hosts) {
    out += name;
    for (const std::string& group : host.groups) out += " " + group;
    out += "\n" + dump(host.said);
  }
  return out;
}

inline std::string dump(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& one : diagnostics.sorted()) {
    out += code_name(one.code) + " " + (one.span ? one.span->str() : "") + " " + one.summary;
    if (!one.label.empty()) out += "; " + one.label;
    out += "\n";
  }
  return out;
}

}  // namespace plumb::inventory::testing
