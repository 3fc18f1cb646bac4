// postgresql_grant: what a role may do with things in a database of PostgreSQL, or with those that are made there
// later.
#include <algorithm>

#include "engine/base/joined.h"
#include "providers/databases/grants.h"
#include "providers/databases/kinds.h"
#include "providers/databases/postgresql.h"
#include "providers/databases/survey.h"

namespace plumb::providers::databases::pg_grant {
namespace {

constexpr const char* kPublic = "PUBLIC";

// Of one type of things: how the catalog has them.
struct Things {
  const char* word;    // of GRANT
  const char* plural;  // of ALL … IN SCHEMA
  char acl;            // of acldefault()
  char later;          // of pg_default_acl; '\0' for none
};
Things things_of(const Desired& desired) {
  const std::string type = desired.text("type");
  if (type == "database") return {"DATABASE", "", 'd', '\0'};
  if (type == "schema") return {"SCHEMA", "SCHEMAS", 'n', 'n'};
  if (type == "sequence") return {"SEQUENCE", "SEQUENCES", 's', 'S'};
  if (type == "function") return {"FUNCTION", "FUNCTIONS", 'f', 'f'};
  if (type == "type") return {"TYPE", "TYPES", 'T', 'T'};
  return {"TABLE", "TABLES", 'r', 'r'};
}

bool is_later(const Desired& desired) {
  return desired.flag("default", false);
}

// What is in a schema and not the database or a schema itself.
bool is_in_schema(const Desired& desired) {
  const std::string type = desired.text("type");
  return type != "database" && type != "schema";
}

std::vector<std::string> objects_of(const Desired& desired) {
  if (desired.text("type") == "database") return {desired.text("database")};
  std::vector<std::string> objects = texts_in(desired.attribute("objects"));
  if (objects.empty() && desired.text("type") == "schema") objects = {desired.text("schema", "public")};
  return objects;
}

std::string schema_of(const Desired& desired) {
  return desired.text("schema", "public");
}

std::string role_of(const Desired& desired) {
  const std::string role = desired.text("role");
  return role == kPublic ? role : pg_name(role);
}

// "f(integer, text)": the name is quoted, and the types are as the schema lets them be.
std::string object_name(const Desired& desired, const std::string& object) {
  if (!is_in_schema(desired)) return pg_name(object);
  const std::size_t open = desired.text("type") == "function" ? object.find('(') : std::string::npos;
  const std::string types = open == std::string::npos ? "" : object.substr(open);
  const bool plain = std::all_of(types.begin(), types.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("(), _.[]").find(c) != std::string_view::npos;
  });
  return pg_name(schema_of(desired)) + "." + pg_name(object.substr(0, open)) + (plain ? types : "()");
}

std::string oid_of(const std::string& role) {
  return "(SELECT r.oid FROM pg_roles r WHERE r.rolname = " + pg_text(role) + ")";
}

// Rows (name, acl, owner) of what the grant is about.
std::string rows_of(const Desired& desired) {
  const Things things = things_of(desired);
  const std::string schema = pg_text(schema_of(desired));
  if (is_later(desired)) {
    const std::string in_schema =
        desired.has("schema") ? "(SELECT s.oid FROM pg_namespace s WHERE s.nspname = " + schema + ")" : "0";
    const std::string maker = desired.has("owner_role")
                                  ? oid_of(desired.text("owner_role"))
                                  : "(SELECT o.oid FROM pg_roles o WHERE o.rolname = current_user)";
    // Of all schemas what is there differs from the usual; of one it comes beside that, and begins with nothing.
    const std::string owner = desired.has("schema") ? "NULL::oid" : maker;
    return "SELECT 'later'::text AS name, (SELECT d.defaclacl FROM pg_default_acl d WHERE d.defaclrole = " + maker +
           " AND d.defaclnamespace = " + in_schema + " AND d.defaclobjtype = '" + things.later + "') AS acl, " + owner +
           " AS owner";
  }
  const std::vector<std::string> objects = objects_of(desired);
  const bool all = objects == std::vector<std::string>{"ALL"};
  std::string names;
  for (const std::string& object : objects) append_item(names, pg_text(object));
  const auto among = [&](const std::string& column) {
    return all ? std::string("true") : column + " IN (" + names + ")";
  };
  const std::string type = desired.text("type");
  if (type == "database")
    return "SELECT d.datname::text AS name, d.datacl AS acl, d.datdba AS owner FROM pg_database d WHERE " +
           among("d.datname");
  if (type == "schema")
    return "SELECT n.nspname::text AS name, n.nspacl AS acl, n.nspowner AS owner FROM pg_namespace n WHERE " +
           among("n.nspname");
  if (type == "type")
    return "SELECT t.typname::text AS name, t.typacl AS acl, t.typowner AS owner FROM pg_type t JOIN pg_namespace n ON "
           "n.oid = t.typnamespace WHERE n.nspname = " +
           schema + " AND " + among("t.typname");
  if (type == "function") {
    std::string which = "true";
    if (!all) {
      which.clear();
      // Types without a schema are looked for in this one: the path is set once what the question calls is settled.
      const std::string path = pg_text(pg_name(schema_of(desired)) + ", public");
      for (const std::string& object : objects) {
        append_item(which, "(SELECT to_regprocedure(CASE WHEN set_config('search_path', " + path +
                               ", true) IS NOT NULL THEN " + pg_text(object_name(desired, object)) + " END))");
      }
      which = "p.oid IN (" + which + ")";
    }
    return "SELECT p.oid::regprocedure::text AS name, p.proacl AS acl, p.proowner AS owner FROM pg_proc p JOIN "
           "pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'w') AND n.nspname = " +
           schema + " AND " + which;
  }
  return "SELECT c.relname::text AS name, c.relacl AS acl, c.relowner AS owner FROM pg_class c JOIN pg_namespace n ON "
         "n.oid = c.relnamespace WHERE c.relkind IN (" +
         std::string(type == "sequence" ? "'S'" : "'r', 'v', 'm', 'p', 'f'") + ") AND n.nspname = " + schema + " AND " +
         among("c.relname");
}

// Roles are the whole server's: they are there or not, whatever the database is.
std::string roles_there(const Desired& desired) {
  return std::string("'role', ") +
         (desired.text("role") == kPublic ? "true" : oid_of(desired.text("role")) + " IS NOT NULL") +
         ", 'owner_role', " +
         (desired.has("owner_role") ? oid_of(desired.text("owner_role")) + " IS NOT NULL" : "true");
}

std::string question_without_database(std::size_t number, const Desired& desired) {
  return "SELECT jsonb_build_object('n', " + std::to_string(number) + ", 'database', false, " + roles_there(desired) +
         ");\n";
}

std::string question_in_database(std::size_t number, const Desired& desired) {
  const std::string acl(1, things_of(desired).acl);
  const std::string role = desired.text("role") == kPublic ? "0::oid" : oid_of(desired.text("role"));
  // Of each privilege: on how many of the things the role has it, and on how many it may hand it on.
  return "WITH things AS (" + rows_of(desired) +
         "), held AS (SELECT a.privilege_type AS p, count(DISTINCT t.name) AS times, count(DISTINCT t.name) FILTER "
         "(WHERE a.is_grantable) AS grantable FROM things t, aclexplode(coalesce(t.acl, acldefault('" +
         acl + "', t.owner))) a WHERE a.grantee = " + role + " GROUP BY 1) SELECT jsonb_build_object('n', " +
         std::to_string(number) + ", 'database', true, " + roles_there(desired) +
         ", 'things', (SELECT coalesce(jsonb_agg(t.name), '[]') FROM things t), 'held', (SELECT "
         "coalesce(jsonb_object_agg(h.p, jsonb_build_array(h.times, h.grantable)), '{}') FROM held h), 'all', (SELECT "
         "jsonb_agg(DISTINCT a.privilege_type) FROM aclexplode(acldefault('" +
         acl + "', 10)) a WHERE a.grantee = 10));\n";
}

std::string question(std::span<const Desired* const> desired) {
  std::map<std::string, std::string> inside, outside;  // by database
  for (std::size_t i = 0; i < desired.size(); ++i) {
    inside[desired[i]->text("database")] += question_in_database(i, *desired[i]);
    outside[desired[i]->text("database")] += question_without_database(i, *desired[i]);
  }
  std::string sql;
  for (const auto& [database, questions] : inside) sql += pg_inside(database, questions, outside[database]);
  return sql;
}

std::size_t number_in(const Json& list, std::size_t place) {
  return list.is_array() && list.size() > place && list[place].is_number_unsigned() ? list[place].get<std::size_t>()
                                                                                    : 0;
}

void miss(const Desired& desired, const char* kind, const char* attribute, Observed& observed) {
  observed.missing.push_back({{"", kind, desired.text(attribute)}, attribute});
}

// In the words of the resource: of those that it speaks of the ones that the role has on all the things, and with
// `state: absent` on some; with `exact` also others.
void observe_privileges(const Desired& desired, const Json& row, std::size_t things, Observed& observed) {
  const bool absent = wants_absent(desired);
  const std::vector<std::string> asked = asked_privileges(desired);
  const bool whole = asked.front() == "ALL";
  const Json& held = member_of(row, "held");
  std::vector<std::string> found;
  for (const auto& [privilege, times] : held.is_object() ? held.get_ref<const Json::object_t&>() : Json::object_t()) {
    const std::size_t on = number_in(times, desired.flag("grant_option", false) && !absent ? 1 : 0);
    const bool spoken_of = whole || is_among(asked, privilege);
    const bool counts = spoken_of && !absent ? on >= things : number_in(times, 0) > 0;
    if (counts && (spoken_of || desired.flag("exact", false))) found.push_back(privilege);
  }
  const std::vector<std::string> all = texts_in(member_of(row, "all"));
  const bool has_all =
      std::all_of(all.begin(), all.end(), [&](const std::string& one) { return is_among(found, one); });
  if (!absent && (things == 0 || (whole && has_all && !all.empty()))) found = asked;
  observed.attributes["privileges"] = found;
  observed.exists = !found.empty();
}

Result<Observed> read(const Desired& desired, const Json& row, const Json&) {
  Observed observed;
  const bool absent = wants_absent(desired);
  const bool there = flag_of(row, "database", false);
  if (!absent && !there) miss(desired, "postgresql_database", "database", observed);
  for (const char* role : {"role", "owner_role"}) {
    if (!absent && !flag_of(row, role, false)) miss(desired, "postgresql_role", role, observed);
  }
  if (!there || !flag_of(row, "role", false) || !flag_of(row, "owner_role", false)) return observed;
  const std::vector<std::string> things = texts_in(member_of(row, "things"));
  const std::vector<std::string> objects = objects_of(desired);
  const bool all = objects == std::vector<std::string>{"ALL"};
  if (!all && !is_later(desired) && things.size() < objects.size() && !absent) {
    std::string which;
    for (const std::string& object : objects) {
      if (std::find(things.begin(), things.end(), object) == things.end()) append_item(which, object);
    }
    observed.obstacle =
        server_obstacle(Diagnostic(Code::kServerRefused, "the database " + desired.text("database") + " has no " +
                                                             desired.text("type") + " " + which)
                            .with_hint("what makes it comes before, and is named in `after`"));
    return observed;
  }
  observe_privileges(desired, row, things.size(), observed);
  return observed;
}

// What GRANT and REVOKE have between the privileges and the role.
std::string on_what(const Desired& desired) {
  const Things things = things_of(desired);
  if (is_later(desired)) return std::string(" ON ") + things.plural;
  const std::vector<std::string> objects = objects_of(desired);
  if (is_in_schema(desired) && objects == std::vector<std::string>{"ALL"})
    return std::string(" ON ALL ") + things.plural + " IN SCHEMA " + pg_name(schema_of(desired));
  std::string names;
  for (const std::string& object : objects) append_item(names, object_name(desired, object));
  return std::string(" ON ") + things.word + " " + names;
}

std::string in_front(const Desired& desired) {
  if (!is_later(desired)) return {};
  std::string sql = "ALTER DEFAULT PRIVILEGES";
  if (desired.has("owner_role")) sql += " FOR ROLE " + pg_name(desired.text("owner_role"));
  if (desired.has("schema")) sql += " IN SCHEMA " + pg_name(desired.text("schema"));
  return sql + " ";
}

// Privileges on what is there, and those on what is to come, are apart.
GrantScope scope_of(const Desired& desired) {
  const std::string where = (is_in_schema(desired) ? " of the schema " + schema_of(desired) : "") +
                            " in the database " + desired.text("database") + " of PostgreSQL" + whose(desired);
  const std::string who = desired.text("role") + " " + desired.text("type");
  if (is_later(desired)) return {in_front(desired) + who + where, {"ALL"}};
  return {who + where, objects_of(desired)};
}

class GrantKind : public PostgresqlProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> results = observe_by(server(), {question, read}, desired, system);
    std::vector<GrantScope> scopes;
    for (const Desired* one : desired) scopes.push_back(scope_of(*one));
    note_contradictions(desired, scopes, results);
    return results;
  }
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<std::string> stands_on_claims(const Desired& desired) const override {
    std::vector<std::string> claims = {pg_database_claim(desired, desired.text("database"))};
    for (const char* role : {"role", "owner_role"}) {
      if (desired.has(role)) claims.push_back(pg_role_claim(desired, desired.text(role)));
    }
    return claims;
  }
  bool spare(Desired& going, const Desired& other) const override {
    return spare_grant(going, scope_of(going), other, scope_of(other));
  }
  // What is taken away of a database that is to come, or to go, is decided once that has happened.
  std::vector<Address> infers(const Desired& desired) const override {
    if (!wants_absent(desired)) return stands_on(desired);
    return {{"", "postgresql_database", desired.text("database")}};
  }
  // What everybody may do with a new database shows once it is there.
  bool asks_about(const Desired& desired, std::string_view name) const override {
    const bool takes = wants_absent(desired) || desired.flag("exact", false);
    return PostgresqlProvider::asks_about(desired, name) || (takes && name == desired.text("database"));
  }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override {
    return grant_again(desired, before, diff(desired, before));
  }

 protected:
  std::vector<Address> stands_on(const Desired& desired) const override {
    std::vector<Address> edges = PostgresqlProvider::stands_on(desired);
    edges.push_back({"", "postgresql_database", desired.text("database")});
    for (const char* role : {"role", "owner_role"}) {
      if (desired.has(role)) edges.push_back({"", "postgresql_role", desired.text(role)});
    }
    return edges;
  }
};

std::vector<std::string> GrantKind::claims(const Desired& desired) const {
  const std::vector<std::string> objects = objects_of(desired);
  std::vector<std::string> claims;
  const std::string where = (is_in_schema(desired) ? " of the schema " + schema_of(desired) : "") +
                            " in the database " + desired.text("database") + " of PostgreSQL" + whose(desired);
  // Two may speak of different privileges, unless one of them takes away what it does not name.
  if (!desired.flag("exact", false) || is_later(desired)) return claims;
  for (const std::string& object : objects)
    claims.push_back("what " + desired.text("role") + " may do with the " + desired.text("type") + " " + object +
                     where);
  return claims;
}

Change GrantKind::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::vector<std::string> asked = asked_privileges(desired);
  const std::vector<std::string> found = texts_in(observed.attribute("privileges"));
  const Client client = pg_client(desired, desired.text("database"));
  const auto say = [&](const char* verb, const std::vector<std::string>& privileges, const std::string& end) {
    return in_front(desired) + verb + " " + joined(privileges) + on_what(desired) + end + ";\n";
  };
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["privileges"] = found;
    change.operations.emplace_back(told(server(), client, say("REVOKE", asked, " FROM " + role_of(desired))));
    return change;
  }
  if (observed.exists && found == asked) return change;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  if (observed.exists) change.before["privileges"] = found;
  change.after["privileges"] = asked;
  std::vector<std::string> others;
  std::copy_if(found.begin(), found.end(), std::back_inserter(others),
               [&](const std::string& one) { return asked.front() != "ALL" && !is_among(asked, one); });
  std::string sql;
  if (!others.empty()) sql += say("REVOKE", others, " FROM " + role_of(desired));
  sql += say("GRANT", asked,
             " TO " + role_of(desired) + (desired.flag("grant_option", false) ? " WITH GRANT OPTION" : ""));
  change.operations.emplace_back(told(server(), client, sql));
  return change;
}

}  // namespace

Kind kind() {
  return {.name = "postgresql_grant",
          .provider = make_provider<GrantKind>(),
          .operations = OperationSet::of<Run>(),
          .judged = {"privileges"},
          .adoption = {survey_pg_grants, "databases"}};
}

}  // namespace plumb::providers::databases::pg_grant
