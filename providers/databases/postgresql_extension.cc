// postgresql_extension: an extension in a database of PostgreSQL.
#include "providers/databases/kinds.h"
#include "providers/databases/postgresql.h"
#include "providers/databases/survey.h"

namespace plumb::providers::databases::pg_extension {
namespace {

std::string question(std::span<const Desired* const> desired) {
  std::map<std::string, std::string> rows;  // by database
  for (std::size_t i = 0; i < desired.size(); ++i) {
    std::string& of_database = rows[desired[i]->text("database")];
    of_database +=
        (of_database.empty() ? "(" : ", (") + std::to_string(i) + ", " + pg_text(desired[i]->text("name")) + ")";
  }
  std::string sql;
  for (const auto& [database, values] : rows) {
    const std::string from = " FROM (VALUES " + values + ") AS w (n, name) ";
    sql += pg_inside(database,
                     "SELECT jsonb_build_object('n', w.n, 'database', true, 'version', e.extversion, 'schema', "
                     "s.nspname, 'offered', "
                     "a.default_version)" +
                         from +
                         "LEFT JOIN pg_extension e ON e.extname = w.name LEFT JOIN pg_namespace s ON s.oid = "
                         "e.extnamespace LEFT JOIN "
                         "pg_available_extensions a ON a.name = w.name;\n",
                     "");
  }
  return sql;
}

Result<Observed> read(const Desired& desired, const Json& row, const Json&) {
  Observed observed;
  const std::string database = desired.text("database");
  if (!flag_of(row, "database", false)) {
    if (!wants_absent(desired)) observed.missing.push_back({{"", "postgresql_database", database}, "database"});
    return observed;
  }
  observed.exists = member_of(row, "version").is_string();
  for (const char* attribute : {"version", "schema", "offered"}) {
    if (const Json& value = member_of(row, attribute); !value.is_null()) observed.attributes[attribute] = value;
  }
  if (observed.exists || wants_absent(desired) || observed.has("offered")) return observed;
  const std::string name = desired.text("name");
  observed.obstacle = server_obstacle(
      Diagnostic(Code::kServerRefused, "the server of PostgreSQL has no extension " + name + " to offer")
          .with_hint("a `package` before it brings its files: postgresql-contrib, or one named for the extension"));
  return observed;
}

class ExtensionKind : public PostgresqlProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    return observe_by(server(), {question, read}, desired, system);
  }
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override {
    return {"the extension " + desired.text("name") + " of the database " + desired.text("database") +
            " of PostgreSQL" + whose(desired)};
  }
  std::vector<std::string> stands_on_claims(const Desired& desired) const override {
    return {pg_database_claim(desired, desired.text("database"))};
  }
  // What is taken away of a database that is to come, or to go, is decided once that has happened.
  std::vector<Address> infers(const Desired& desired) const override {
    if (!wants_absent(desired)) return stands_on(desired);
    return {{"", "postgresql_database", desired.text("database")}};
  }
  bool asks_about(const Desired& desired, std::string_view name) const override {
    return PostgresqlProvider::asks_about(desired, name) || (wants_absent(desired) && name == desired.text("database"));
  }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;

 protected:
  std::vector<Address> stands_on(const Desired& desired) const override {
    std::vector<Address> edges = PostgresqlProvider::stands_on(desired);
    edges.push_back({"", "postgresql_database", desired.text("database")});
    return edges;
  }
};

Change ExtensionKind::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string name = pg_name(desired.text("name"));
  const Client client = pg_client(desired, desired.text("database"));
  const std::string cascade = desired.flag("cascade", false) ? " CASCADE" : "";
  std::string sql;
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    if (observed.has("version")) change.before["version"] = observed.attribute("version");
    change.note = cascade.empty() ? "" : "with all that needs it";
    sql = "DROP EXTENSION " + name + cascade + ";\n";
    change.operations.emplace_back(told(server(), client, sql));
    return change;
  }
  const std::string version = desired.text("version");
  if (!observed.exists) {
    change.after["state"] = "present";
    // A new database has those of its template.
    sql = "CREATE EXTENSION IF NOT EXISTS " + name;
    if (differs(desired, observed, "schema", change)) sql += " SCHEMA " + pg_name(desired.text("schema"));
    if (differs(desired, observed, "version", change)) sql += " VERSION " + pg_text(version);
    sql += cascade + ";\n";
  } else {
    if (differs(desired, observed, "version", change))
      sql += "ALTER EXTENSION " + name + " UPDATE TO " + pg_text(version) + ";\n";
    if (differs(desired, observed, "schema", change))
      sql += "ALTER EXTENSION " + name + " SET SCHEMA " + pg_name(desired.text("schema")) + ";\n";
    if (change.after.empty()) return change;
  }
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  change.operations.emplace_back(told(server(), client, sql));
  return change;
}

// What a database kept in its types is gone with an extension, and no version goes back.
std::optional<Desired> ExtensionKind::restore(const Desired& desired, const Observed& before) const {
  const Change change = diff(desired, before);
  if (wants_absent(desired) || change.before.contains("version")) return std::nullopt;
  return again_as_before(desired, before, change, {"schema"});
}

}  // namespace

Kind kind() {
  return {.name = "postgresql_extension",
          .provider = make_provider<ExtensionKind>(),
          .operations = OperationSet::of<Run>(),
          .adoption = {survey_pg_extensions, "databases"}};
}

}  // namespace plumb::providers::databases::pg_extension
