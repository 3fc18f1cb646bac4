// mysql_database: a database of MySQL or MariaDB.
#include "providers/databases/kinds.h"
#include "providers/databases/mysql.h"
#include "providers/databases/survey.h"

namespace plumb::providers::databases::my_database {
namespace {

// What was called utf8 is called utf8mb3 by newer servers.
std::string plain_charset(const std::string& name) {
  return name == "utf8" || name.starts_with("utf8_") ? "utf8mb3" + name.substr(4) : name;
}

std::string question(std::span<const Desired* const> desired) {
  std::string rows;
  for (std::size_t i = 0; i < desired.size(); ++i)
    rows += (i == 0 ? "SELECT " : " UNION ALL SELECT ") + std::to_string(i) + " AS n, " +
            my_text(desired[i]->text("name")) + " AS name";
  return "SELECT JSON_OBJECT('n', w.n, 'encoding', s.DEFAULT_CHARACTER_SET_NAME, 'collation', "
         "s.DEFAULT_COLLATION_NAME) FROM (" +
         rows + ") w JOIN information_schema.SCHEMATA s ON BINARY s.SCHEMA_NAME = BINARY w.name;\n";
}

Result<Observed> read(const Desired& desired, const Json& row, const Json&) {
  Observed observed;
  observed.exists = row.is_object();
  for (const char* attribute : {"encoding", "collation"}) {
    const std::string found = text_of(row, attribute);
    if (found.empty()) continue;
    const std::string asked = desired.text(attribute);
    observed.attributes[attribute] = plain_charset(asked) == plain_charset(found) ? asked : found;
  }
  return observed;
}

class DatabaseKind : public MysqlProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    return observe_by(server(), {question, read}, desired, system);
  }
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override {
    return {"the database " + desired.text("name") + " of MySQL" + whose(desired)};
  }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override {
    // What was in one that went is nowhere else.
    if (wants_absent(desired)) return std::nullopt;
    return again_as_before(desired, before, diff(desired, before), {"encoding", "collation"});
  }
};

Change DatabaseKind::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string name = my_name(desired.text("name"));
  std::string sql;
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["state"] = "present";
    change.note = "with all that is in it, which no undo brings back";
    sql = "DROP DATABASE " + name + ";\n";
  } else {
    if (!observed.exists) change.after["state"] = "present";
    const bool encoding = differs(desired, observed, "encoding", change);
    const bool collation = differs(desired, observed, "collation", change);
    if (change.after.empty()) return change;
    change.op = observed.exists ? Op::kUpdate : Op::kCreate;
    sql = (observed.exists ? "ALTER DATABASE " : "CREATE DATABASE ") + name;
    if (encoding) sql += " CHARACTER SET " + my_text(desired.text("encoding"));
    if (collation) sql += " COLLATE " + my_text(desired.text("collation"));
    sql += ";\n";
    if (observed.exists) change.note = "tables that are there keep their own";
  }
  change.operations.emplace_back(told(server(), client_of(server(), desired, observed), sql));
  return change;
}

}  // namespace

Kind kind() {
  return {.name = "mysql_database",
          .provider = make_provider<DatabaseKind>(),
          .operations = OperationSet::of<Run>(),
          .adoption = {survey_my_databases, "databases"}};
}

}  // namespace plumb::providers::databases::my_database
