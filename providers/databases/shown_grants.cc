#include "providers/databases/shown_grants.h"

#include <algorithm>
#include <map>

#include "engine/base/joined.h"
#include "providers/databases/grants.h"
#include "providers/databases/mysql.h"

namespace plumb::providers::databases {
namespace {

// Words between commas, of which none is within (…).
std::vector<std::string> items_of(std::string_view list) {
  std::vector<std::string> items(1);
  int depth = 0;
  for (const char c : list) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0) {
      items.emplace_back();
    } else if (c != ' ' || !items.back().empty()) {
      items.back() += c;
    }
  }
  return items;
}

// "SELECT (`b`, a)" in its parts, of which columns are in the order of their names.
struct PrivilegeParts {
  std::string name;
  std::vector<std::string> columns;
};
PrivilegeParts privilege_parts(std::string_view privilege) {
  const std::size_t open = privilege.find('(');
  PrivilegeParts parts{std::string(privilege.substr(0, open)), {}};
  while (parts.name.ends_with(' ')) parts.name.pop_back();
  if (open == std::string_view::npos) return parts;
  std::string_view inside = privilege.substr(open + 1);
  parts.columns = items_of(inside.substr(0, inside.rfind(')')));
  for (std::string& column : parts.columns) {
    while (column.ends_with(' ')) column.pop_back();
    if (column.size() > 1 && column.front() == '`' && column.back() == '`')
      column = column.substr(1, column.size() - 2);
  }
  std::sort(parts.columns.begin(), parts.columns.end());
  return parts;
}

std::string text_of_parts(const PrivilegeParts& parts, std::string (*quoted)(std::string_view)) {
  std::string text;
  for (const std::string& column : parts.columns)
    text += (text.empty() ? " (" : ", ") + (quoted == nullptr ? column : quoted(column));
  return parts.name + text + (text.empty() ? "" : ")");
}

}  // namespace

std::string plain_privilege(const std::string& name) {
  static const std::map<std::string, std::string, std::less<>> kSame = {
      {"ALL PRIVILEGES", "ALL"},
      {"DELETE VERSIONING ROWS", "DELETE HISTORY"},
      {"READ ONLY ADMIN", "READ_ONLY ADMIN"},
      {"REPLICA MONITOR", "SLAVE MONITOR"},
      {"REPLICATION CLIENT", "BINLOG MONITOR"},
      {"REPLICATION REPLICA", "REPLICATION SLAVE"},
      {"REPLICATION REPLICA ADMIN", "REPLICATION SLAVE ADMIN"},
  };
  const auto found = kSame.find(name);
  return found == kSame.end() ? name : found->second;
}

bool holds_privilege(const std::string& held, const std::string& asked) {
  const PrivilegeParts has = privilege_parts(held), wants = privilege_parts(asked);
  if (plain_privilege(has.name) != plain_privilege(wants.name)) return false;
  return has.columns.empty() || (!wants.columns.empty() && std::includes(has.columns.begin(), has.columns.end(),
                                                                         wants.columns.begin(), wants.columns.end()));
}

std::string privileges_in_sql(const std::vector<std::string>& privileges) {
  std::string text;
  for (const std::string& one : privileges) append_item(text, text_of_parts(privilege_parts(one), my_name));
  return text;
}

HeldGrant held_in(const Json& lines, const std::string& target) {
  HeldGrant held;
  for (const std::string& line : texts_in(lines)) {
    const std::size_t on = line.find(" ON " + target + " TO ");
    if (!line.starts_with("GRANT ") || on == std::string::npos) continue;
    for (std::string& one : items_of(std::string_view(line).substr(6, on - 6))) {
      if (one != "USAGE") held.privileges.push_back(text_of_parts(privilege_parts(one), nullptr));
    }
    held.grant_option = held.grant_option || line.find(" WITH GRANT OPTION", on) != std::string::npos;
  }
  // What some servers write out where everything is meant.
  static constexpr const char* kOfAll[] = {"SELECT",   "SUPER", "CREATE USER", "SHUTDOWN", "CREATE TABLESPACE",
                                           "DROP ROLE"};
  if (std::all_of(std::begin(kOfAll), std::end(kOfAll),
                  [&](const char* one) { return is_among(held.privileges, one); }))
    held.privileges = {"ALL"};
  return held;
}

std::vector<std::string> targets_in(const Json& lines) {
  std::vector<std::string> targets;
  for (const std::string& line : texts_in(lines)) {
    const std::size_t on = line.find(" ON "), to = line.find(" TO ", on);
    if (!line.starts_with("GRANT ") || on == std::string::npos || to == std::string::npos) continue;
    std::string target = line.substr(on + 4, to - on - 4);
    // Who may go for somebody else.
    if (line.substr(6, on - 6) != "PROXY" && !is_among(targets, target)) targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace plumb::providers::databases
