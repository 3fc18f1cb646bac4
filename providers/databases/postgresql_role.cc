// postgresql_role: a role of PostgreSQL, what it may, of whom it is a member, and its password.
#include <algorithm>
#include <array>

#include "engine/base/shell_word.h"
#include "providers/databases/kinds.h"
#include "providers/databases/passwords.h"
#include "providers/databases/postgresql.h"
#include "providers/databases/survey.h"

namespace plumb::providers::databases::pg_role {
namespace {

struct Flag {
  const char* attribute;
  const char* column;
  const char* word;  // with NO in front for the opposite
};
constexpr std::array<Flag, 7> kFlags = {{{"login", "rolcanlogin", "LOGIN"},
                                         {"superuser", "rolsuper", "SUPERUSER"},
                                         {"createdb", "rolcreatedb", "CREATEDB"},
                                         {"createrole", "rolcreaterole", "CREATEROLE"},
                                         {"replication", "rolreplication", "REPLICATION"},
                                         {"bypassrls", "rolbypassrls", "BYPASSRLS"},
                                         {"inherit", "rolinherit", "INHERIT"}}};
constexpr const char* kPasswordAttributes[] = {"password", "password_hash"};

std::string question(std::span<const Desired* const> desired) {
  std::set<std::string> groups;
  bool passwords = false;
  for (const Desired* one : desired) {
    for (const char* attribute : kPasswordAttributes) passwords = passwords || one->has(attribute);
    for (const std::string& group : texts_in(one->attribute("member_of"))) groups.insert(group);
  }
  std::string sql = "SELECT jsonb_build_object('n', w.n";
  for (const Flag& flag : kFlags) sql += std::string(", '") + flag.attribute + "', r." + flag.column;
  sql +=
      ", 'connection_limit', r.rolconnlimit, 'expires', CASE WHEN r.rolvaliduntil IS NULL OR r.rolvaliduntil = "
      "'infinity' THEN 'never' ELSE to_char(r.rolvaliduntil, 'YYYY-MM-DD HH24:MI:SS') END, 'member_of', (SELECT "
      "coalesce(jsonb_agg(DISTINCT g.rolname), '[]') FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE "
      "m.member = r.oid)";
  // That only a superuser may look at.
  if (passwords) sql += ", 'verifier', a.rolpassword";
  sql +=
      ") FROM (VALUES " + numbered(desired, "name", pg_text) + ") AS w (n, name) JOIN pg_roles r ON r.rolname = w.name";
  if (passwords) sql += " JOIN pg_authid a ON a.oid = r.oid";
  return sql + ";\n" + pg_roles_among(groups);
}

// "2030-01-01" is its first moment.
std::string whole_time(std::string text) {
  constexpr std::size_t kDate = 10, kMinutes = 16;
  if (text.size() == kDate) text += " 00:00";
  if (text.size() == kMinutes) text += ":00";
  return text;
}

Result<Observed> read(const Desired& desired, const Json& row, const Json& all) {
  Observed observed;
  observed.exists = row.is_object();
  if (!wants_absent(desired)) {
    for (const std::string& group : texts_in(desired.attribute("member_of"))) {
      if (!is_among(member_of(all, "roles"), group))
        observed.missing.push_back({{"", "postgresql_role", group}, "member_of"});
    }
  }
  if (!observed.exists) return observed;
  for (const Flag& flag : kFlags) observed.attributes[flag.attribute] = flag_of(row, flag.attribute, false);
  for (const char* attribute : {"connection_limit", "member_of", "expires"})
    observed.attributes[attribute] = member_of(row, attribute);
  if (const std::string asked = desired.text("expires"); whole_time(asked) == observed.text("expires"))
    observed.attributes["expires"] = asked;
  const std::string verifier = text_of(row, "verifier");
  note_secret(
      desired, "password", [&](const std::string& asked) { return is_scram_of(asked, verifier); }, observed);
  note_secret(
      desired, "password_hash", [&](const std::string& asked) { return asked == verifier; }, observed);
  return observed;
}

std::string options_of(const Change& change) {
  std::string sql;
  for (const Flag& flag : kFlags) {
    if (change.after.contains(flag.attribute))
      sql += std::string(flag_of(change.after, flag.attribute, false) ? " " : " NO") + flag.word;
  }
  if (change.after.contains("connection_limit")) sql += " CONNECTION LIMIT " + change.after["connection_limit"].dump();
  if (const std::string expires = text_of(change.after, "expires"); !expires.empty())
    sql += " VALID UNTIL " + pg_text(expires == "never" ? "infinity" : expires);
  return sql;
}

// psql asks for the new password twice where it has no terminal, and tells the server what it made of it: the password
// itself stays with psql.
Run set_password(const Desired& desired, Client client) {
  client.argv.insert(client.argv.end(), {"-c", "SET password_encryption = 'scram-sha-256'", "-c",
                                         "\\password " + pg_name(desired.text("name"))});
  return told_secret(client,
                     "IFS= read -r password\nprintf '%s\\n%s\\n' \"$password\" \"$password\" | setsid -w " +
                         command_line(client) + " 2>&1",
                     desired.text("password"));
}

Run set_hash(const Desired& desired, const Client& client) {
  const std::string sql = std::string(postgresql().preamble()) + "\\set hash `cat <&3`\nALTER ROLE " +
                          pg_name(desired.text("name")) + " PASSWORD :'hash';\n";
  return told_secret(client, "exec 3<&0\nprintf %s " + shell_word(sql) + " | " + command_line(client),
                     desired.text("password_hash"));
}

class RoleKind : public PostgresqlProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    return observe_by(server(), {question, read}, desired, system);
  }
  std::vector<std::string> observed_with(const Desired&) const override { return {"password", "password_hash"}; }
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override {
    return {pg_role_claim(desired, desired.text("name"))};
  }
  std::vector<std::string> stands_on_claims(const Desired& desired) const override {
    std::vector<std::string> claims;
    for (const std::string& group : texts_in(desired.attribute("member_of")))
      claims.push_back(pg_role_claim(desired, group));
    return claims;
  }
  std::vector<std::string> outlives() const override {
    return {"postgresql_database", "postgresql_grant", "postgresql_extension"};
  }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;

 protected:
  std::vector<Address> stands_on(const Desired& desired) const override {
    std::vector<Address> edges = PostgresqlProvider::stands_on(desired);
    for (const std::string& group : texts_in(desired.attribute("member_of")))
      edges.push_back({"", "postgresql_role", group});
    return edges;
  }
};

// As lists of the resource have it, in the order of names.
Json sorted_names(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string memberships(const Desired& desired, const Observed& observed, Change& change) {
  const Json& asked = desired.attribute("member_of");
  if (asked.is_null()) return {};
  const std::vector<std::string> has = texts_in(observed.attribute("member_of"));
  std::vector<std::string> wanted = texts_in(asked);
  if (desired.flag("append", false)) wanted.insert(wanted.end(), has.begin(), has.end());
  const Json all = sorted_names(wanted), now = sorted_names(has);
  std::string sql;
  if (observed.exists ? all == now : all.empty()) return sql;
  if (observed.exists) change.before["member_of"] = now;
  change.after["member_of"] = all;
  const std::string name = pg_name(desired.text("name"));
  for (const std::string& group : texts_in(all)) {
    if (!is_among(now, group)) sql += "GRANT " + pg_name(group) + " TO " + name + ";\n";
  }
  for (const std::string& group : texts_in(now)) {
    if (!is_among(all, group)) sql += "REVOKE " + pg_name(group) + " FROM " + name + ";\n";
  }
  return sql;
}

Change RoleKind::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string name = pg_name(desired.text("name"));
  const Client client = client_of(server(), desired, observed);
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["state"] = "present";
    change.operations.emplace_back(told(server(), client, "DROP ROLE " + name + ";\n"));
    return change;
  }
  if (!observed.exists) {
    change.after["state"] = "present";
    differs(observed, "login", desired.flag("login", true), change);
  }
  for (const Flag& flag : kFlags) differs(desired, observed, flag.attribute, change);
  differs(desired, observed, "connection_limit", change);
  differs(desired, observed, "expires", change);
  const std::string options = options_of(change);
  std::string sql;
  if (!observed.exists || !options.empty())
    sql = std::string(observed.exists ? "ALTER" : "CREATE") + " ROLE " + name + options + ";\n";
  sql += memberships(desired, observed, change);
  if (!sql.empty()) change.operations.emplace_back(told(server(), client, sql));
  const bool leaves = observed.exists && desired.text("update_password") == "on_create";
  if (!leaves && secret_differs(desired, observed, "password", change))
    change.operations.emplace_back(set_password(desired, client));
  if (!leaves && secret_differs(desired, observed, "password_hash", change))
    change.operations.emplace_back(set_hash(desired, client));
  if (!change.after.empty()) change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  return change;
}

// A password that was there is not kept.
std::optional<Desired> RoleKind::restore(const Desired& desired, const Observed& before) const {
  if (before.exists && wants_absent(desired)) return std::nullopt;
  const Change change = diff(desired, before);
  if (change.before.contains("password") || change.before.contains("password_hash")) return std::nullopt;
  return again_as_before(desired, before, change,
                         {"login", "superuser", "createdb", "createrole", "replication", "bypassrls", "inherit",
                          "connection_limit", "expires", "member_of"});
}

}  // namespace

Kind kind() {
  return {.name = "postgresql_role",
          .provider = make_provider<RoleKind>(),
          .operations = OperationSet::of<Run>(),
          .adoption = {survey_pg_roles, "databases"}};
}

}  // namespace plumb::providers::databases::pg_role
