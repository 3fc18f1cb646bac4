// mysql_grant: what an account of MySQL or MariaDB may do with a table, a database, or the whole server.
#include <algorithm>

#include "providers/databases/grants.h"
#include "providers/databases/kinds.h"
#include "providers/databases/mysql.h"
#include "providers/databases/shown_grants.h"
#include "providers/databases/survey.h"

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

// In the words of the resource: of those that it speaks of the ones that the account has; with `exact` also others.
Result<Observed> read(const Desired& desired, const Json& row, const Json&) {
  Observed observed;
  const bool absent = wants_absent(desired);
  if (member_of(row, "user") != true && member_of(row, "user") != 1) {
    const std::string host = desired.has("host") ? "#" + desired.text("host") : "";
    if (!absent) observed.missing.push_back({{"", "mysql_user", desired.text("user") + host}, "user"});
    return observed;
  }
  const HeldGrant held = held_in(member_of(row, "lines"), target_of(desired));
  const bool has_all = std::any_of(held.privileges.begin(), held.privileges.end(),
                                   [](const std::string& one) { return plain_privilege(one) == "ALL"; });
  std::vector<std::string> found;
  const std::vector<std::string> asked = asked_privileges(desired);
  const bool exact = desired.flag("exact", false);
  for (const std::string& one : asked) {
    // USAGE is no privilege, and every account has it.
    const bool has = (one == "USAGE" && !absent) ||
                     std::any_of(held.privileges.begin(), held.privileges.end(),
                                 [&](const std::string& other) { return holds_privilege(other, one); });
    if (has || (has_all && !exact) || (absent && one == "ALL" && !held.privileges.empty())) found.push_back(one);
  }
  for (const std::string& other : held.privileges) {
    const bool named =
        std::any_of(asked.begin(), asked.end(), [&](const std::string& one) { return holds_privilege(one, other); });
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
    sql += "REVOKE " + privileges_in_sql(asked) + on + " FROM " + account + ";\n";
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
    if (asked.front() != "ALL" && !others.empty())
      sql = "REVOKE " + privileges_in_sql(others) + on + " FROM " + account + ";\n";
    const bool passes_on = desired.flag("grant_option", false);
    if (option && !passes_on) sql += "REVOKE GRANT OPTION" + on + " FROM " + account + ";\n";
    sql +=
        "GRANT " + privileges_in_sql(asked) + on + " TO " + account + (passes_on ? " WITH GRANT OPTION" : "") + ";\n";
  }
  change.operations.emplace_back(told(server(), client_of(server(), desired, observed), sql));
  return change;
}

}  // namespace

Kind kind() {
  return {.name = "mysql_grant",
          .provider = make_provider<GrantKind>(),
          .operations = OperationSet::of<Run>(),
          .judged = {"privileges"},
          .adoption = {survey_my_grants, "databases"}};
}

}  // namespace plumb::providers::databases::my_grant
