// Modules for PostgreSQL, MySQL and MariaDB.
#include "engine/base/ascii.h"
#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Node;

// Parts of a text between separators; what stands in ${…} is one word.
std::vector<std::string> split_text(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) ++depth;
    if (text[i] == '}' && depth > 0) --depth;
    if (text[i] == separator && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  for (std::string& part : parts) {
    while (part.starts_with(' ')) part.erase(0, 1);
    while (part.ends_with(' ')) part.pop_back();
  }
  std::erase(parts, "");
  return parts;
}

std::string capitals(std::string text) {
  if (text.find("${") != std::string::npos) return text;
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text == "ALL PRIVILEGES" ? "ALL" : text == "TEMP" ? "TEMPORARY" : text;
}

Written privileges_in(std::string_view list) {
  std::vector<std::string> names;
  for (const std::string& one : split_text(list, ',')) names.push_back(capitals(one));
  return Written::of_texts(names);
}

std::string without_quotes(std::string text) {
  std::erase(text, '`');
  return text;
}

constexpr std::string_view kFlags = "SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS INHERIT LOGIN";

bool is_flag(const std::string& word) {
  return (" " + std::string(kFlags) + " ").find(" " + word + " ") != std::string::npos;
}

}  // namespace

bool database_module(std::string_view module) {
  return in_list(module, {"postgresql_db", "postgresql_user", "postgresql_ext", "postgresql_privs", "postgresql_set",
                          "mysql_db", "mysql_user", "mysql_variables"});
}

// How the module would log in: the socket needs none of it.
void Builder::database_login(Item& item, Names& local) {
  const bool postgresql = task_.module.starts_with("postgresql");
  if (const auto socket = take({"login_unix_socket", "unix_socket"}, Form::kText, local)) item.put("socket", *socket);
  if (const auto port = postgresql ? take({"login_port", "port"}, Form::kInt, local) : std::nullopt;
      port && port->text != "5432")
    item.put("port", *port);
  if (const auto file = postgresql ? std::nullopt : take({"config_file"}, Form::kText, local))
    item.put("login_file", *file);
  const Node* host = task_.argument({"login_host", "host"});
  const bool names_server = host != nullptr && (postgresql || task_.argument({"login_host"}) != nullptr);
  if (names_server && !in_list(host->text, {"", "localhost", "127.0.0.1", "::1"}))
    no_word("login_host", "is not said: the client logs in by the host's own socket, or as a `login_file` says");
  ignore({"login_host",
          "login_user",
          "login_password",
          "login_port",
          "login_db",
          "ssl_mode",
          "ca_cert",
          "session_role",
          "maintenance_db",
          "trust_input",
          "check_implicit_admin",
          "check_hostname",
          "connect_timeout",
          "client_cert",
          "client_key",
          "fail_on_user",
          "sql_log_bin",
          "column_case_sensitive",
          "encrypted",
          "force_context"});
}

void Builder::databases(Item& item, Unit::Turn& turn) {
  LocalNames& local = *turn.names;
  const std::string& module = task_.module;
  const Node* encrypted = task_.argument({"encrypted"});
  database_login(item, local);
  if (module == "postgresql_ext") {
    if (item.find("database") == nullptr) item.put("database", Written::of_text("postgres"));
    if (const Written* version = item.find("version"); version != nullptr && version->text == "latest") {
      std::erase_if(item.keys, [](const auto& key) { return key.name == "version"; });
      no_word("version", "is not `latest` here: say which");
    }
  } else if (module == "postgresql_set") {
    if (yes({"reset"})) item.put("state", Written::of_text("absent"));
  } else if (module == "postgresql_user") {
    for (std::string word : split_text(text({"role_attr_flags"}, local), ',')) {
      word = capitals(word);
      const bool no = word.starts_with("NO") && is_flag(word.substr(2));
      const std::string name = no ? word.substr(2) : word;
      if (!is_flag(name)) {
        no_word("role_attr_flags", "hangs on the host: say `superuser`, `createdb` and so on");
        continue;
      }
      item.put(lowered(name), Written::of_plain(no ? "false" : "true"));
    }
    if (yes({"no_password_changes"})) item.put("update_password", Written::of_text("on_create"));
    if (Written* groups = item.find("member_of"); groups != nullptr) item.put("append", Written::of_plain("true"));
    if (Written* expires = item.find("expires"); expires != nullptr && expires->text == "infinity")
      *expires = Written::of_text("never");
    if (given({"priv"})) no_word("priv", "is a `postgresql_grant` of its own");
    ignore({"priv", "db"});
    const Node* password = task_.argument({"password"});
    if (password != nullptr && password->text.starts_with("md5"))
      for (auto& key : item.keys) key.name = key.name == "password" ? "password_hash" : key.name;
  } else if (module == "mysql_user") {
    if (encrypted != nullptr && is_true_word(encrypted->text))
      for (auto& key : item.keys) key.name = key.name == "password" ? "password_hash" : key.name;
    if (given({"host_all"})) no_word("host_all", "wants a resource for each host");
    ignore({"host_all"});
  }
}

// One for each role, which a grant names alone.
void Builder::postgresql_privs(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const std::string given_type = text({"type"}, local);
  const std::string type = given_type.empty() ? "table" : given_type;
  const std::string database = text({"database", "db", "login_db"}, local);
  const std::string schema = text({"schema"}, local);
  const std::string objects = text({"objs", "obj"}, local);
  const std::string privileges = text({"privs", "priv"}, local);
  const std::string makers = text({"target_roles"}, local);
  const std::vector<std::string> roles = split_text(text({"roles", "role"}, local), ',');
  const Node* state = task_.argument({"state"});
  const bool absent = state != nullptr && state->text == "absent";
  if (state != nullptr && holds_jinja(state->text)) throw Untranslatable{"a state that hangs on the host"};
  if (!in_list(type, {"table", "sequence", "function", "type", "database", "schema", "default_privs", "group"}))
    throw Untranslatable{"privileges on `type: " + type + "`"};
  const bool grants = yes({"grant_option", "admin_option"});
  ignore({"state", "usage_on_types"});
  for (const std::string& role : roles) {
    if (type == "group") {
      if (absent) throw Untranslatable{"a membership that goes: `member_of` of its role without it"};
      auto item = start("postgresql_role", turn, when);
      identify(*item, "postgresql_role", Written::of_text(role), turn);
      item->put("member_of", Written::of_texts(split_text(objects, ',')));
      item->put("append", Written::of_plain("true"));
      database_login(*item, local);
      finish(std::move(item), turn, changes);
      continue;
    }
    auto item = start("postgresql_grant", turn, when);
    std::string title = title_of(turn, role + " on " + type);
    if (roles.size() > 1) title += " (" + role + ")";
    identify(*item, "postgresql_grant", Written::of_text(title), turn);
    if (absent) item->put("state", Written::of_text("absent"));
    item->put("role", Written::of_text(role == "PUBLIC" || role == "public" ? "PUBLIC" : role));
    item->put("database", Written::of_text(database.empty() ? "postgres" : database));
    const std::vector<std::string> names = split_text(objects, ',');
    if (type == "default_privs") {
      if (names.size() != 1) throw Untranslatable{"default privileges of several sorts of things in one task"};
      const std::string sort = capitals(names.front());
      if (!in_list(sort, {"TABLES", "SEQUENCES", "FUNCTIONS", "TYPES", "SCHEMAS"}))
        throw Untranslatable{"default privileges of `" + names.front() + "`"};
      item->put("type", Written::of_text(lowered(sort.substr(0, sort.size() - 1))));
      item->put("default", Written::of_plain("true"));
      if (!makers.empty()) item->put("owner_role", Written::of_text(makers));
      if (!schema.empty()) item->put("schema", Written::of_text(schema));
    } else {
      item->put("type", Written::of_text(type));
      if (type != "database" && type != "schema" && !schema.empty()) item->put("schema", Written::of_text(schema));
      if (names == std::vector<std::string>{"ALL_IN_SCHEMA"}) {
        item->put("objects", Written::of_texts({"ALL"}));
      } else if (type != "database") {
        item->put("objects", Written::of_texts(names));
      }
    }
    if (!privileges.empty()) item->put("privileges", privileges_in(privileges));
    if (grants) item->put("grant_option", Written::of_plain("true"));
    database_login(*item, local);
    finish(std::move(item), turn, changes);
  }
  if (roles.empty()) throw Untranslatable{"privileges of nobody"};
}

// "shop.*:SELECT,INSERT/stock.items:ALL,GRANT" as a grant for each target.
void Builder::mysql_privileges(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* given_privileges = task_.argument({"priv"});
  ignore({"priv", "append_privs", "subtract_privs"});
  if (given_privileges == nullptr || is({"state"}, "absent")) return;
  std::vector<std::pair<std::string, std::string>> targets;
  if (given_privileges->is_map()) {
    for (const lang::Entry& entry : given_privileges->entries)
      targets.emplace_back(translate_text(entry.key, local).text, translate_text(entry.value.text, local).text);
  } else {
    for (const std::string& one : split_text(translate_text(given_privileges->text, local).text, '/')) {
      const std::vector<std::string> parts = split_text(one, ':');
      if (parts.size() != 2) return no_word("priv", "hangs on the host: say a `mysql_grant`");
      targets.emplace_back(parts[0], parts[1]);
    }
  }
  const std::string user = text({"name", "user"}, local), host = text({"host"}, local);
  for (const auto& [target, list] : targets) {
    const std::vector<std::string> place = split_text(without_quotes(target), '.');
    if (place.size() != 2) {
      no_word("priv", "hangs on the host: say a `mysql_grant`");
      continue;
    }
    auto item = start("mysql_grant", turn, when);
    identify(*item, "mysql_grant",
             Written::of_text(user + (host.empty() ? "" : "@" + host) + " on " + place[0] + "." + place[1]), turn);
    item->put("user", Written::of_text(user));
    if (!host.empty()) item->put("host", Written::of_text(host));
    item->put("database", Written::of_text(place[0]));
    if (place[1] != "*") item->put("table", Written::of_text(place[1]));
    std::vector<std::string> privileges;
    bool grants = false;
    for (const std::string& one : split_text(list, ',')) {
      const std::string word = capitals(one);
      grants = grants || word == "GRANT";
      if (word != "GRANT" && word != "USAGE") privileges.push_back(word);
    }
    if (privileges.empty()) continue;
    item->put("privileges", Written::of_texts(privileges));
    if (grants) item->put("grant_option", Written::of_plain("true"));
    if (!yes({"append_privs"}) && !is({"subtract_privs"}, "true")) item->put("exact", Written::of_plain("true"));
    database_login(*item, local);
    finish(std::move(item), turn, changes);
  }
}

}  // namespace plumb::imports
