// Modules without a kind of their own, said as commands with a guard.
#include "engine/import/expression.h"
#include "engine/import/resource.h"

namespace plumb::imports {
namespace {

using lang::Node;

// A text inside of '…' of SQL; expressions in it stay.
std::string sql_text(std::string text) {
  for (std::size_t at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 2)) {
    // Quotes of expressions are CEL's.
    const std::size_t open = text.rfind("${", at);
    const std::size_t shut = text.find('}', at);
    if (open != std::string::npos && shut != std::string::npos) return text;
    text.insert(at, "'");
  }
  return text;
}

}  // namespace

bool guarded_module(std::string_view module) {
  return in_list(module, {"openssh_keypair", "openssl_dhparam", "openssl_privatekey", "postgresql_db",
                          "postgresql_user", "postgresql_ext", "apache2_module", "git_config"});
}

void Builder::guarded(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const std::string& module = task_.module;
  auto item = start("command", turn, when);
  const auto done = [&](const std::vector<std::string>& words) {
    // Two tasks may speak of one thing: their own names tell them apart.
    identify(*item, "command", Written::of_text(title_of(turn, "")), turn);
    item->put("run", Written::of_texts(words));
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "a command with a guard");
  };
  const Node* state = task_.argument({"state"});
  const auto value = [&](std::initializer_list<std::string_view> names, const std::string& otherwise) {
    const std::optional<Written> found = take(names, Form::kText, local);
    omitted_.clear();
    return found && !found->text.empty() ? found->text : otherwise;
  };
  if (module.starts_with("open")) {
    if (state != nullptr && state->text == "absent")
      throw Untranslatable{"a key that goes: a `file` with `state: absent`"};
    const std::string path = text({"path"}, local);
    const std::string size = value({"size"}, "");
    std::vector<std::string> words;
    if (module == "openssh_keypair") {
      words = {"ssh-keygen", "-q", "-t", value({"type"}, "rsa")};
      if (!size.empty()) words.insert(words.end(), {"-b", size});
      if (const std::string comment = value({"comment"}, ""); !comment.empty())
        words.insert(words.end(), {"-C", comment});
      words.insert(words.end(), {"-N", "", "-f", path});
    } else if (module == "openssl_dhparam") {
      words = {"openssl", "dhparam", "-out", path, size.empty() ? "4096" : size};
    } else {
      const std::string type = value({"type"}, "RSA");
      if (type != "RSA") throw Untranslatable{"a private key of the type `" + type + "`"};
      words = {"openssl", "genrsa", "-out", path, size.empty() ? "4096" : size};
    }
    done(words);
    item->put("creates", Written::of_text(path));
    ignore({"state", "force", "regenerate", "backup", "select_crypto_backend", "return_content", "format", "passphrase",
            "cipher", "curve", "backend", "private_key_format"});
    if (task_.argument({"passphrase"}) != nullptr) no_word("passphrase", "is not set");
    finish(std::move(item), turn, changes);
    owner_beside(Written::of_text(path), turn, when);
    ignore({"owner", "group", "mode"});
    return;
  }
  if (state != nullptr && holds_jinja(state->text) && state->text.find("default('present')") == std::string::npos)
    throw Untranslatable{"a state that hangs on the host"};
  if (state != nullptr && !holds_jinja(state->text) && state->text != "present")
    throw Untranslatable{"`state: " + state->text + "` of `" + module + "`"};
  ignore({"state", "login_host", "login_password", "login_user", "login_unix_socket", "port", "login_port", "ssl_mode",
          "session_role", "maintenance_db", "encrypted", "no_password_changes", "fail_on_user", "conn_limit",
          "login_db"});
  const std::string name = text({"name", "user", "ext"}, local);
  const std::string database = value({"db", "database"}, "postgres");
  if (module == "postgresql_db") {
    std::vector<std::string> words{"createdb"};
    for (const auto& [option, parameter] :
         std::initializer_list<std::pair<const char*, const char*>>{{"-O", "owner"},
                                                                    {"-E", "encoding"},
                                                                    {"-T", "template"},
                                                                    {"--lc-collate", "lc_collate"},
                                                                    {"--lc-ctype", "lc_ctype"}}) {
      if (const std::string given = value({parameter}, ""); !given.empty()) words.insert(words.end(), {option, given});
    }
    words.push_back(name);
    done(words);
    item->put("unless", Written::of_text("psql -tAc \"select 1 from pg_database where datname = '" + sql_text(name) +
                                         "'\" | grep -q 1"));
  } else if (module == "postgresql_ext") {
    done({"psql", "-d", database, "-c", "create extension if not exists \"" + name + "\""});
    item->put("unless",
              Written::of_text("psql -d " + database + " -tAc \"select 1 from pg_extension where extname = '" +
                               sql_text(name) + "'\" | grep -q 1"));
  } else {
    const std::string flags = value({"role_attr_flags"}, "");
    done({"psql", "-c", "create role \"" + name + "\" login" + (flags.empty() ? "" : " " + flags)});
    item->put("unless", Written::of_text("psql -tAc \"select 1 from pg_roles where rolname = '" + sql_text(name) +
                                         "'\" | grep -q 1"));
    if (task_.argument({"password"}) != nullptr) no_word("password", "is not set: a `command` with `stdin` sets it");
    if (task_.argument({"priv"}) != nullptr) no_word("priv", "has no word here");
    ignore({"password", "priv"});
  }
  if (item->find("as") == nullptr && around_.as.empty() && task_.keyword("become_user") == nullptr)
    item->put("as", Written::of_text("postgres"));
  finish(std::move(item), turn, changes);
}

}  // namespace plumb::imports
