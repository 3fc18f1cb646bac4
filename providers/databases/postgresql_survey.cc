// What somebody made in the servers of PostgreSQL that run here.
#include "providers/databases/postgresql.h"
#include "providers/databases/survey.h"
#include "providers/sdk/json_answer.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::databases {
namespace {

// What is somebody's own is numbered from 16384 on.

constexpr const char* kPgRoles =
    "SELECT jsonb_build_object('name', r.rolname, 'hash', r.rolpassword IS NOT NULL, 'a', jsonb_build_object('login', "
    "nullif(r.rolcanlogin, true), 'superuser', nullif(r.rolsuper, false), 'createdb', nullif(r.rolcreatedb, false), "
    "'createrole', nullif(r.rolcreaterole, false), 'replication', nullif(r.rolreplication, false), 'bypassrls', "
    "nullif(r.rolbypassrls, false), 'inherit', nullif(r.rolinherit, true), 'connection_limit', nullif(r.rolconnlimit, "
    "-1), 'expires', to_char(nullif(r.rolvaliduntil, 'infinity'), 'YYYY-MM-DD HH24:MI:SS'), 'member_of', (SELECT "
    "jsonb_agg(DISTINCT g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = "
    "r.oid))) FROM pg_authid r WHERE r.oid >= 16384 ORDER BY r.rolname;\n";

// What a new database has from its template is not said.
constexpr const char* kPgDatabases =
    "SELECT jsonb_build_object('name', d.datname, 'a', jsonb_build_object('owner', CASE WHEN d.datdba >= 16384 THEN "
    "pg_get_userbyid(d.datdba) END, 'encoding', nullif(pg_encoding_to_char(d.encoding), "
    "pg_encoding_to_char(t.encoding)), 'lc_collate', nullif(d.datcollate, t.datcollate), 'lc_ctype', "
    "nullif(d.datctype, t.datctype), 'connection_limit', nullif(d.datconnlimit, -1), 'tablespace', nullif(s.spcname, "
    "'pg_default'))) FROM pg_database t, pg_database d JOIN pg_tablespace s ON s.oid = d.dattablespace WHERE t.datname "
    "= 'template1' AND d.oid >= 16384 ORDER BY d.datname;\n";

constexpr const char* kPgSettings =
    "SELECT jsonb_build_object('name', f.name, 'a', jsonb_build_object('value', f.setting)) FROM (SELECT DISTINCT ON "
    "(lower(name)) name, setting FROM pg_file_settings WHERE sourcefile LIKE '%/postgresql.auto.conf' ORDER BY "
    "lower(name), seqno DESC) f;\n";

constexpr const char* kPgExtensions =
    "SELECT jsonb_build_object('name', e.extname, 'a', jsonb_build_object('database', current_database(), 'schema', "
    "nullif(n.nspname, 'public'))) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.oid >= "
    "16384 ORDER BY e.extname;\n";

// Things with their access lists, as they are and as they came; those that are to come have an owner of theirs (r).
// What is not as it came is had (y), or is not had any more. Privileges of one role on things alike are one grant.
constexpr const char* kPgGrants =
    "WITH o AS (SELECT 'database' AS t, NULL::text AS s, datname::text AS o, datacl AS a, datdba AS w, "
    "acldefault('d', datdba) AS b, 'd'::\"char\" AS k, NULL::oid AS r FROM pg_database WHERE datname = "
    "current_database() UNION ALL SELECT 'schema', NULL, n.nspname, n.nspacl, n.nspowner, coalesce(i.initprivs, "
    "acldefault('n', n.nspowner)), 'n', NULL FROM pg_namespace n LEFT JOIN pg_init_privs i ON i.objoid = n.oid AND "
    "i.classoid = 'pg_namespace'::regclass WHERE n.nspname = 'public' OR n.oid >= 16384 AND n.nspname !~ '^pg_' UNION "
    "ALL SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname, c.relname, c.relacl, c.relowner, "
    "coalesce(i.initprivs, acldefault(CASE c.relkind WHEN 'S' THEN 's'::\"char\" ELSE 'r' END, c.relowner)), CASE "
    "c.relkind WHEN 'S' THEN 's'::\"char\" ELSE 'r' END, NULL FROM pg_class c JOIN pg_namespace n ON n.oid = "
    "c.relnamespace LEFT JOIN pg_init_privs i ON i.objoid = c.oid AND i.classoid = 'pg_class'::regclass AND "
    "i.objsubid = 0 WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND c.oid >= 16384 AND n.nspname !~ '^pg_' "
    "UNION ALL SELECT 'function', n.nspname, p.proname || '(' || oidvectortypes(p.proargtypes) || ')', p.proacl, "
    "p.proowner, coalesce(i.initprivs, acldefault('f', p.proowner)), 'f', NULL FROM pg_proc p JOIN pg_namespace n ON "
    "n.oid = p.pronamespace LEFT JOIN pg_init_privs i ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass WHERE "
    "p.prokind IN ('f', 'w') AND p.oid >= 16384 AND n.nspname !~ '^pg_' UNION ALL SELECT CASE d.defaclobjtype WHEN "
    "'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'function' WHEN 'T' THEN 'type' ELSE 'schema' END, "
    "n.nspname, '', d.defaclacl, d.defaclrole, CASE WHEN n.oid IS NULL THEN acldefault(CASE d.defaclobjtype WHEN 'S' "
    "THEN 's' ELSE d.defaclobjtype END, d.defaclrole) END, CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE "
    "d.defaclobjtype END, d.defaclrole FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace), "
    "i AS (SELECT o.t, o.s, o.o, o.k, o.r, true AS y, x.grantee AS g, x.is_grantable AS z, x.privilege_type AS p FROM "
    "o, aclexplode(o.a) x WHERE x.grantee <> o.w AND NOT EXISTS (SELECT 1 FROM aclexplode(o.b) q WHERE q.grantee = "
    "x.grantee AND q.privilege_type = x.privilege_type) UNION ALL SELECT o.t, o.s, o.o, o.k, o.r, false, x.grantee, "
    "false, x.privilege_type FROM o, aclexplode(o.b) x WHERE o.a IS NOT NULL AND x.grantee <> o.w AND NOT EXISTS "
    "(SELECT 1 FROM aclexplode(o.a) q WHERE q.grantee = x.grantee AND q.privilege_type = x.privilege_type)), e AS "
    "(SELECT t, s, o, k, r, y, g, z, array_agg(DISTINCT p ORDER BY p) AS p FROM i GROUP BY 1, 2, 3, 4, 5, 6, 7, 8), h "
    "AS (SELECT t, s, r, y, z, array_agg(o ORDER BY o) AS o, CASE g WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g) END "
    "AS g, CASE WHEN p @> (SELECT array_agg(x.privilege_type) FROM aclexplode(acldefault(k, 10)) x WHERE x.grantee = "
    "10) THEN '{ALL}' ELSE p END AS p FROM e GROUP BY t, s, k, r, y, g, z, p) SELECT jsonb_build_object('name', h.g "
    "|| CASE WHEN y THEN ': ' ELSE ': no ' END || array_to_string(p, ', ') || CASE WHEN r IS NULL THEN ' on ' ELSE ' "
    "on later ' END || CASE t WHEN 'database' THEN 'the database ' ELSE CASE WHEN r IS NULL AND cardinality(h.o) = 1 "
    "THEN 'the ' || t || ' ' || h.o[1] ELSE t || 's' END || coalesce(' of ' || s, '') || coalesce(' by ' || "
    "pg_get_userbyid(r), '') || ' in ' END || current_database() || CASE WHEN z THEN ', to hand on' ELSE '' END, 'a', "
    "jsonb_build_object('role', h.g, 'database', current_database(), 'type', t, 'schema', CASE WHEN r IS NULL THEN "
    "nullif(s, 'public') ELSE s END, 'objects', CASE WHEN r IS NULL AND t <> 'database' THEN CASE WHEN t <> 'schema' "
    "AND cardinality(h.o) > 1 AND cardinality(h.o) = (SELECT count(*) FROM o WHERE o.t = h.t AND o.s = h.s AND o.r IS "
    "NULL) THEN '[\"ALL\"]' ELSE to_jsonb(h.o) END END, 'privileges', to_jsonb(p), 'grant_option', nullif(z, false), "
    "'default', CASE WHEN r IS NOT NULL THEN true END, 'owner_role', pg_get_userbyid(r), 'state', CASE WHEN NOT y "
    "THEN 'absent' END)) FROM h ORDER BY t, s, h.g, p, y, z, h.o;\n";

// Each server that listens here is asked.
template <class Look>
void each_server(const SurveyedHost& host, Survey& found, const Look& look) {
  constexpr std::string_view kSocket = ".s.PGSQL.", kUsualPort = "5432";
  for (const std::string& name : surveyed_names(host, "/run/postgresql", found)) {
    if (!name.starts_with(kSocket)) continue;
    const std::string port = name.substr(kSocket.size());
    if (!is_number(port)) continue;
    Desired where;
    if (port != kUsualPort) where.attributes["port"] = json_answer(port);
    look(where);
  }
}

void survey_servers(const char* question, const SurveyedHost& host, Survey& found) {
  each_server(host, found, [&](const Desired& where) {
    add_found(surveyed_lines(postgresql(), where, question, host, found), where, found);
  });
}

// Asked in each of a server's databases.
void survey_databases(const char* question, const SurveyedHost& host, Survey& found) {
  constexpr const char* kDatabases =
      "SELECT to_jsonb(datname::text) FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1;\n";
  each_server(host, found, [&](const Desired& where) {
    std::string questions;
    for (const std::string& line : surveyed_lines(postgresql(), where, kDatabases, host, found)) {
      if (const Json name = json_answer(line); name.is_string())
        questions += pg_connect(name.get_ref<const std::string&>()) + question;
    }
    if (!questions.empty()) add_found(surveyed_lines(postgresql(), where, questions, host, found), where, found);
  });
}

}  // namespace

void survey_pg_roles(const SurveyedHost& host, Survey& found) {
  survey_servers(kPgRoles, host, found);
}
void survey_pg_databases(const SurveyedHost& host, Survey& found) {
  survey_servers(kPgDatabases, host, found);
}
void survey_pg_settings(const SurveyedHost& host, Survey& found) {
  survey_servers(kPgSettings, host, found);
}
void survey_pg_extensions(const SurveyedHost& host, Survey& found) {
  survey_databases(kPgExtensions, host, found);
}
void survey_pg_grants(const SurveyedHost& host, Survey& found) {
  survey_databases(kPgGrants, host, found);
}

}  // namespace plumb::providers::databases
