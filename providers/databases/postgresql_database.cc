// postgresql_database: a database of PostgreSQL.
#include "engine/base/ascii.h"
#include "providers/databases/kinds.h"
#include "providers/databases/postgresql.h"
#include "providers/databases/survey.h"

namespace plumb::providers::databases::pg_database {
namespace {

// "UTF-8" and "utf8" are one.
std::string plain_encoding(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '-' && c != '_') plain += lowered(c);
  }
  return plain;
}

std::string question(std::span<const Desired* const> desired) {
  std::set<std::string> owners;
  for (const Desired* one : desired) {
    if (one->has("owner")) owners.insert(one->text("owner"));
  }
  return "SELECT jsonb_build_object('n', w.n, 'owner', pg_get_userbyid(d.datdba), 'encoding', "
         "pg_encoding_to_char(d.encoding), 'lc_collate', d.datcollate, 'lc_ctype', d.datctype, 'connection_limit', "
         "d.datconnlimit, 'tablespace', t.spcname) FROM (VALUES " +
         numbered(desired, "name", pg_text) +
         ") AS w (n, name) JOIN pg_database d ON d.datname = w.name JOIN pg_tablespace t ON t.oid = "
         "d.dattablespace;\n" +
         pg_roles_among(owners);
}

Result<Observed> read(const Desired& desired, const Json& row, const Json& all) {
  Observed observed;
  observed.exists = row.is_object();
  for (const char* attribute : {"owner", "encoding", "lc_collate", "lc_ctype", "connection_limit", "tablespace"}) {
    if (const Json& value = member_of(row, attribute); !value.is_null()) observed.attributes[attribute] = value;
  }
  if (wants_absent(desired)) return observed;
  const std::string owner = desired.text("owner");
  if (!owner.empty() && !is_among(member_of(all, "roles"), owner))
    observed.missing.push_back({{"", "postgresql_role", owner}, "owner"});
  // What was decided when it was made is as it is asked for, or never will be.
  for (const char* attribute : {"encoding", "lc_collate", "lc_ctype"}) {
    if (!observed.exists || !desired.has(attribute)) continue;
    if (plain_encoding(observed.text(attribute)) == plain_encoding(desired.text(attribute))) {
      observed.attributes[attribute] = desired.attribute(attribute);
    } else {
      observed.obstacle =
          Diagnostic(Code::kRefusedByState, "the " + std::string(attribute) + " of " + desired.text("name") + " is " +
                                                observed.text(attribute) + " and cannot be changed")
              .with_hint("make a new database and move what is in this one there");
    }
  }
  return observed;
}

class DatabaseKind : public PostgresqlProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    return observe_by(server(), {question, read}, desired, system);
  }
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override {
    return {pg_database_claim(desired, desired.text("name"))};
  }
  std::vector<std::string> stands_on_claims(const Desired& desired) const override {
    if (!desired.has("owner")) return {};
    return {pg_role_claim(desired, desired.text("owner"))};
  }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;

 protected:
  std::vector<Address> stands_on(const Desired& desired) const override {
    std::vector<Address> edges = PostgresqlProvider::stands_on(desired);
    if (desired.has("owner")) edges.push_back({"", "postgresql_role", desired.text("owner")});
    return edges;
  }
};

std::string creation(const Desired& desired) {
  std::string sql = "CREATE DATABASE " + pg_name(desired.text("name"));
  if (desired.has("owner")) sql += " OWNER " + pg_name(desired.text("owner"));
  const bool own = desired.has("encoding") || desired.has("lc_collate") || desired.has("lc_ctype");
  // Only the empty one can be copied with another encoding.
  if (own || desired.has("template")) sql += " TEMPLATE " + pg_name(desired.text("template", "template0"));
  if (desired.has("encoding")) sql += " ENCODING " + pg_text(desired.text("encoding"));
  if (desired.has("lc_collate")) sql += " LC_COLLATE " + pg_text(desired.text("lc_collate"));
  if (desired.has("lc_ctype")) sql += " LC_CTYPE " + pg_text(desired.text("lc_ctype"));
  if (desired.has("tablespace")) sql += " TABLESPACE " + pg_name(desired.text("tablespace"));
  if (const Json& limit = desired.attribute("connection_limit"); limit.is_number_integer())
    sql += " CONNECTION LIMIT " + limit.dump();
  return sql + ";\n";
}

Change DatabaseKind::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string name = pg_name(desired.text("name"));
  const Client client = client_of(server(), desired, observed);
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["state"] = "present";
    if (observed.has("owner")) change.before["owner"] = observed.attribute("owner");
    change.note = "with all that is in it, which no undo brings back";
    change.operations.emplace_back(told(server(), client, "DROP DATABASE " + name + ";\n"));
    return change;
  }
  if (!observed.exists) {
    change.op = Op::kCreate;
    change.after["state"] = "present";
    for (const char* attribute : {"owner", "encoding", "lc_collate", "lc_ctype", "tablespace", "connection_limit"})
      differs(desired, observed, attribute, change);
    change.operations.emplace_back(told(server(), client, creation(desired)));
    return change;
  }
  for (const char* decided : {"encoding", "lc_collate", "lc_ctype"}) differs(desired, observed, decided, change);
  std::string sql;
  if (differs(desired, observed, "owner", change))
    sql += "ALTER DATABASE " + name + " OWNER TO " + pg_name(desired.text("owner")) + ";\n";
  if (differs(desired, observed, "tablespace", change))
    sql += "ALTER DATABASE " + name + " SET TABLESPACE " + pg_name(desired.text("tablespace")) + ";\n";
  if (differs(desired, observed, "connection_limit", change))
    sql += "ALTER DATABASE " + name + " CONNECTION LIMIT " + desired.attribute("connection_limit").dump() + ";\n";
  if (change.after.empty()) return change;
  change.op = Op::kUpdate;
  if (!sql.empty()) change.operations.emplace_back(told(server(), client, sql));
  return change;
}

// What was in one that went is nowhere else.
std::optional<Desired> DatabaseKind::restore(const Desired& desired, const Observed& before) const {
  if (wants_absent(desired)) return std::nullopt;
  return again_as_before(desired, before, diff(desired, before), {"owner", "tablespace", "connection_limit"});
}

}  // namespace

Kind kind() {
  return {.name = "postgresql_database",
          .provider = make_provider<DatabaseKind>(),
          .operations = OperationSet::of<Run>(),
          .adoption = {survey_pg_databases, "databases"}};
}

}  // namespace plumb::providers::databases::pg_database
