// mysql_grant: what an account of MySQL or MariaDB may do with a table, a database, or the whole server.
#include <algorithm>
#include <map>

#include "providers/databases/grants.h"
#include "providers/databases/kinds.h"
#include "providers/databases/mysql.h"

namespace plumb::providers::databases::my_grant {
namespace {

// Asked of each account once; what SHOW GRANTS says of one that is not there is an error, and so it is not asked.
std::string question(std::span<const Desired* const> desired) {
  std::string sql = "SELECT JSON_OBJECT('n', w.n, 'user', u.User IS NOT NULL) FROM (" + my_accounts(desired, "user") +
                    ") w LEFT JOIN mysql.user u ON BINARY u.User = BINARY w.name AND u.Host = w.host;\n";
  for (std::size_t i = 0; i < desired.size(); ++i) {
    const std::string account = my_account(*desired[i], "user");
    sql += "SELECT JSON_OBJECT('n', " + std::to_string(i) +
           ");\nSET @plumb = IF(EXISTS (SELECT 1 FROM mysql.user WHERE " + "BINARY User = BINARY " +
           my_text(desired[i]->text("user")) + " AND Host = " + my_text(host_of(*desired[i])) + "), " +
           my_text("SHOW GRANTS FOR " + account) + ", 'DO 0');\nPREPARE plumb FROM @plumb;\nEXECUTE plumb;\n" +
           "DEALLOCATE PREPARE plumb;\n";
  }
  return sql;
}

// *.*, `app`.* or `app`.`orders`, as the server writes it too.
std::string target_of(const Desired& desired) {
  const std::string database = desired.text("database"), table = desired.text("table", "*");
  if (database == "*") return "*.*";
  return my_name(database) + "." + (table == "*" ? table : my_name(table));
}

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

// One name of those that servers take and show for the same.
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

bool same_privilege(const std::string& one, const std::string& other) {
  return plain_privilege(one) == plain_privilege(other);
}

struct Held {
  std::vector<std::string> privileges;
  bool grant_option = false;
};

// Of "GRANT SELECT, INSERT ON `app`.* TO `app`@`localhost` … WITH GRANT OPTION" lines the one about the target.
Held held_in(const Json& lines, const std::string& target) {
  Held held;
  for (const std::string& line : texts_in(lines)) {
    const std::size_t on = line.find(" ON " + target + " TO ");
    if (!line.starts_with("GRANT ") || on == std::string::npos) continue;
    for (std::string& one : items_of(std::string_view(line).substr(6, on - 6))) {
      if (one != "USAGE") held.privileges.push_back(std::move(one));
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

// In the words of the resource: of those that it speaks of the ones that the account has; with `exact` also others.
Result<Observed> read(const Desired& desired, const Json& row, const Json&) {
  Observed observed;
  const bool absent = wants_absent(desired);
  if (member_of(row, "user") != true && member_of(row, "user") != 1) {
    const std::string host = desired.has("host") ? "#" + desired.text("host") : "";
    if (!absent) observed.missing.push_back({{"", "mysql_user", desired.text("user") + host}, "user"});
    return observed;
  }
  const Held held = held_in(member_of(row, "lines"), target_of(desired));
  const bool has_all = std::any_of(held.privileges.begin(), held.privileges.end(),
                                   [](const std::string& one) { return plain_privilege(one) == "ALL"; });
  std::vector<std::string> found;
  const std::vector<std::string> asked = asked_privileges(desired);
  const bool exact = desired.flag("exact", false);
  for (const std::string& one : asked) {
    // USAGE is no privilege, and every account has it.
    const bool has = (one == "USAGE" && !absent) ||
                     std::any_of(held.privileges.begin(), held.privileges.end(),
                                 [&](const std::string& other) { return same_privilege(one, other); });
    if (has || (has_all && !exact) || (absent && one == "ALL" && !held.privileges.empty())) found.push_back(one);
  }
  for (const std::string& other : held.privileges) {
    const bool named =
        std::any_of(asked.begin(), asked.end(), [&](const std::string& one) { return same_privilege(one, other); });
    if (exact && !absent && !named) found.push_back(plain_privilege(other) == "ALL" ? "ALL" : other);
  }
  std::sort(found.begin(), found.end());
  observed.attributes["privileges"] = found;
  observed.attributes["grant_option"] = held.grant_option;
  observed.exists = !found.empty();
  return observed;
}

GrantScope scope_of(const Desired& desired) {
  GrantScope scope{
      "what " + my_account(desired, "user") + " may do with " + target_of(desired) + " of MySQL" + whose(desired),
      {"ALL"}};
  if (desired.has("grant_option")) scope.passes_on = desired.flag("grant_option", false);
  return scope;
}

class GrantKind : public MysqlProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> results = observe_by(server(), {question, read}, desired, system);
    std::vector<GrantScope> scopes;
    for (const Desired* one : desired) scopes.push_back(scope_of(*one));
    note_contradictions(desired, scopes, results);
    return results;
  }
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override {
    // Two may speak of different privileges, unless one of them takes away what it does not name.
    if (!desired.flag("exact", false)) return {};
    return {scope_of(desired).where};
  }
  std::vector<std::string> stands_on_claims(const Desired& desired) const override {
    return {my_account_claim(desired, desired.text("user"))};
  }
  bool spare(Desired& going, const Desired& other) const override {
    return spare_grant(going, scope_of(going), other, scope_of(other));
  }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override {
    return grant_again(desired, before, diff(desired, before));
  }

 protected:
  std::vector<Address> stands_on(const Desired& desired) const override;
};

std::vector<Address> GrantKind::stands_on(const Desired& desired) const {
  std::vector<Address> edges = MysqlProvider::stands_on(desired);
  edges.push_back({"", "mysql_user", desired.text("user")});
  edges.push_back({"", "mysql_user", desired.text("user") + "#" + host_of(desired)});
  if (desired.text("database") != "*") edges.push_back({"", "mysql_database", desired.text("database")});
  return edges;
}

Change GrantKind::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::vector<std::string> asked = asked_privileges(desired);
  const std::vector<std::string> found = texts_in(observed.attribute("privileges"));
  const std::string on = " ON " + target_of(desired), account = my_account(desired, "user");
  std::string sql;
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["privileges"] = found;
    if (asked.front() == "ALL" && observed.flag("grant_option", false))
      sql = "REVOKE GRANT OPTION" + on + " FROM " + account + ";\n";
    sql += "REVOKE " + listed(asked) + on + " FROM " + account + ";\n";
  } else {
    const bool same = observed.exists && found == asked;
    const bool option = differs(desired, observed, "grant_option", change) && observed.exists;
    if (same && !option) return change;
    change.op = observed.exists ? Op::kUpdate : Op::kCreate;
    if (!same) {
      if (observed.exists) change.before["privileges"] = found;
      change.after["privileges"] = asked;
    }
    std::vector<std::string> others;
    std::copy_if(found.begin(), found.end(), std::back_inserter(others),
                 [&](const std::string& one) { return !is_among(asked, one); });
    if (asked.front() != "ALL" && !others.empty()) sql = "REVOKE " + listed(others) + on + " FROM " + account + ";\n";
    const bool passes_on = desired.flag("grant_option", false);
    if (option && !passes_on) sql += "REVOKE GRANT OPTION" + on + " FROM " + account + ";\n";
    sql += "GRANT " + listed(asked) + on + " TO " + account + (passes_on ? " WITH GRANT OPTION" : "") + ";\n";
  }
  change.operations.emplace_back(told(server(), client_of(server(), desired, observed), sql));
  return change;
}

}  // namespace

Kind kind() {
  return {.name = "mysql_grant",
          .provider = make_provider<GrantKind>(),
          .operations = OperationSet::of<Run>(),
          .judged = {"privileges"}};
}

}  // namespace plumb::providers::databases::my_grant
