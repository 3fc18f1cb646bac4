// What somebody made in the server of MySQL or MariaDB that runs here.
#include <algorithm>

#include "providers/databases/mysql.h"
#include "providers/databases/shown_grants.h"
#include "providers/databases/survey.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/json_answer.h"

namespace plumb::providers::databases {
namespace {

constexpr const char* kMyDatabases =
    "SELECT JSON_OBJECT('name', SCHEMA_NAME, 'a', JSON_OBJECT('encoding', NULLIF(DEFAULT_CHARACTER_SET_NAME, "
    "@@character_set_server), 'collation', NULLIF(DEFAULT_COLLATION_NAME, @@collation_server))) FROM "
    "information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('mysql', 'sys', 'information_schema', "
    "'performance_schema') AND SCHEMA_NAME NOT LIKE '#mysql50#%' ORDER BY SCHEMA_NAME;\n";

constexpr const char* kMyUsers =
    "SELECT JSON_OBJECT('name', u.User, 'hash', u.authentication_string NOT IN ('', 'invalid'), 'a', "
    "JSON_OBJECT('host', NULLIF(u.Host, 'localhost'), 'plugin', IF(u.plugin IN ('', 'mysql_native_password', "
    "'caching_sha2_password'), NULL, u.plugin), 'require', CASE WHEN u.ssl_type = 'ANY' THEN 'tls' WHEN u.ssl_type <> "
    "'' THEN 'certificate' END, 'connection_limit', NULLIF(u.max_user_connections, 0), 'locked', NULLIF(0 /*!80000 + "
    "(u.account_locked = 'Y') */ /*M!100403 + (COALESCE((SELECT JSON_VALUE(g.Priv, '$.account_locked') FROM "
    "mysql.global_priv g WHERE g.User = u.User AND g.Host = u.Host), '0') = '1') */, 0)))";
constexpr const char* kMyAccounts = "SELECT JSON_OBJECT('user', u.User, 'host', u.Host)";
// Without those that came with the server, and without roles.
constexpr const char* kMyOwn =
    " FROM mysql.user u WHERE u.User NOT IN ('', 'mysql', 'mariadb.sys', 'mysql.sys', 'mysql.session', "
    "'mysql.infoschema', 'debian-sys-maint') AND NOT (u.User = 'root' AND u.Host = 'localhost') AND u.Host <> '' ORDER "
    "BY u.User, u.Host;\n";

std::vector<std::string> my_lines(const std::string& question, const SurveyedHost& host, Survey& found) {
  if (!shows("/run/mysqld/mysqld.sock", host.system) && !shows("/var/lib/mysql/mysql.sock", host.system)) return {};
  return surveyed_lines(mysql(), {}, question, host, found);
}

// "`app`.`orders`" in its parts, of which "*" is none; nothing for what is no table, as procedures are.
std::vector<std::string> target_parts(std::string_view target) {
  std::vector<std::string> parts;
  while (!target.empty()) {
    std::string part;
    if (target.front() == '*') {
      part = "*";
      target.remove_prefix(1);
    } else if (target.front() == '`') {
      target.remove_prefix(1);
      while (!target.empty() && (target.front() != '`' || target.starts_with("``"))) {
        part += target.front();
        target.remove_prefix(target.front() == '`' ? 2 : 1);
      }
      if (target.empty()) return {};
      target.remove_prefix(1);
    } else {
      return {};
    }
    parts.push_back(std::move(part));
    if (!target.starts_with('.')) break;
    target.remove_prefix(1);
  }
  return target.empty() && parts.size() == 2 ? parts : std::vector<std::string>();
}

// What SHOW GRANTS told of an account, a grant for each of its targets.
void add_grants(const Json& account, const Json& lines, Survey& found) {
  const std::string user = text_of(account, "user"), host = text_of(account, "host");
  const std::string who = host == "localhost" ? user : user + "@" + host;
  // "GRANT `reader`@`%` TO `app`@`localhost`"
  for (const std::string& line : texts_in(lines)) {
    const std::size_t to = line.find(" TO ");
    if (line.starts_with("GRANT ") && line.find(" ON ") > to && to != std::string::npos)
      found.leave_out("that " + who + " is in " + line.substr(6, to - 6), "no kind puts users into roles of MySQL");
  }
  for (const std::string& target : targets_in(lines)) {
    const std::vector<std::string> parts = target_parts(target);
    if (parts.empty()) {
      found.leave_out("what " + who + " may do with " + target, "it is no database and no table");
      continue;
    }
    HeldGrant held = held_in(lines, target);
    if (held.privileges.empty()) continue;
    for (std::string& one : held.privileges) one = plain_privilege(one) == "ALL" ? "ALL" : one;
    std::sort(held.privileges.begin(), held.privileges.end());
    FoundThing& thing = found.add(who + ": " + parts[0] + (parts[1] == "*" ? "" : "." + parts[1]));
    Json& attributes = thing.attributes;
    attributes["user"] = user;
    attributes["database"] = parts[0];
    attributes["privileges"] = held.privileges;
    if (host != "localhost") attributes["host"] = host;
    if (parts[1] != "*") attributes["table"] = parts[1];
    if (held.grant_option) attributes["grant_option"] = true;
  }
}

}  // namespace

void survey_my_databases(const SurveyedHost& host, Survey& found) {
  add_found(my_lines(kMyDatabases, host, found), {}, found);
}

void survey_my_users(const SurveyedHost& host, Survey& found) {
  add_found(my_lines(std::string(kMyUsers) + kMyOwn, host, found), {}, found);
  for (FoundThing& thing : found.things) {
    if (thing.attributes.contains("locked")) thing.attributes["locked"] = true;
  }
}

void survey_my_grants(const SurveyedHost& host, Survey& found) {
  std::vector<Json> accounts;
  std::string question;
  for (const std::string& line : my_lines(std::string(kMyAccounts) + kMyOwn, host, found)) {
    const Json account = json_answer(line);
    if (!account.is_object()) continue;
    question += "SELECT JSON_OBJECT('n', 0);\nSHOW GRANTS FOR " + my_text(text_of(account, "user")) + "@" +
                my_text(text_of(account, "host")) + ";\n";
    accounts.push_back(account);
  }
  if (accounts.empty()) return;
  // A line in front of each account's, which are no JSON.
  std::vector<Json> shown;
  for (const std::string& line : my_lines(question, host, found)) {
    if (json_answer(line).is_object()) {
      shown.push_back(Json::array());
    } else if (!shown.empty()) {
      shown.back().push_back(line);
    }
  }
  for (std::size_t i = 0; i < std::min(shown.size(), accounts.size()); ++i) add_grants(accounts[i], shown[i], found);
}

}  // namespace plumb::providers::databases
