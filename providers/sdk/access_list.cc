#include "providers/sdk/access_list.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "engine/base/split.h"

namespace plumb {
std::vector<AccessRule> access_rules(std::string_view list) {
  std::vector<AccessRule> rules;
  for (const std::string& entry : split(list, ',')) {
    std::vector<std::string> parts = split(entry, ':');
    AccessRule rule;
    rule.inherited = parts.front() == "default";
    if (rule.inherited) parts.erase(parts.begin());
    if (parts.size() != 3 || (parts[0] != "user" && parts[0] != "group") || parts[2].size() != 3) continue;
    rule.group = parts[0] == "group";
    rule.name = parts[1];
    for (const char c : parts[2]) rule.permissions = rule.permissions << 1U | (c == '-' ? 0U : 1U);
    rules.push_back(std::move(rule));
  }
  return rules;
}

bool names_nobody(std::string_view list) {
  const std::vector<AccessRule> rules = access_rules(list);
  return std::any_of(rules.begin(), rules.end(), [](const AccessRule& rule) {
    return rule.name.find_first_not_of("0123456789") == std::string::npos;
  });
}

std::string ordered_access_list(std::string_view list) {
  std::vector<std::string> entries = split(list, ',');
  std::sort(entries.begin(), entries.end());
  return joined(entries, ",");
}

std::optional<std::string> access_list_for(const Desired& desired, bool is_directory, std::uint32_t mode) {
  const Json& asked = desired.attribute("acl");
  if (!asked.is_array()) return std::nullopt;
  std::string list;
  for (std::string entry : texts_in(asked)) {
    if (entry.starts_with("default:") && !is_directory) continue;
    if (entry.ends_with('X')) entry.back() = is_directory || (mode & 0111U) != 0 ? 'x' : '-';
    append_item(list, entry, ",");
  }
  return list.empty() ? "none" : ordered_access_list(list);
}

unsigned given_by(std::string_view list) {
  unsigned given = 0;
  for (const AccessRule& rule : access_rules(list)) given |= rule.inherited ? 0U : rule.permissions;
  return given;
}

std::uint32_t mode_beside(std::string_view list, std::uint32_t mode) {
  return mode | given_by(list) << 3U;
}

}  // namespace plumb
