// mysql_user: an account of MySQL or MariaDB, from where it may come, and how it shows who it is.
#include "engine/base/shell_word.h"
#include "providers/databases/kinds.h"
#include "providers/databases/mysql.h"
#include "providers/databases/passwords.h"
#include "providers/databases/survey.h"

namespace plumb::providers::databases::my_user {
namespace {

constexpr const char* kNative = "mysql_native_password";
constexpr const char* kSha2 = "caching_sha2_password";
// Observed: the server is MySQL's own, whose usual plugin is another.
constexpr const char* kOwn = "uses";

// Comments that are statements for one of the servers: where a lock is kept.
std::string question(std::span<const Desired* const> desired) {
  return "SELECT JSON_OBJECT('version', VERSION());\n"
         "SELECT JSON_OBJECT('n', w.n, 'plugin', u.plugin, 'kept', HEX(u.authentication_string), 'tls', u.ssl_type, "
         "'most', u.max_user_connections /*!80000 , 'locked', u.account_locked = 'Y' */ /*M!100403 , 'locked', "
         "COALESCE((SELECT JSON_VALUE(g.Priv, '$.account_locked') FROM mysql.global_priv g WHERE g.User = u.User AND "
         "g.Host = u.Host), '0') = '1' */) FROM (" +
         my_accounts(desired, "name") + ") w JOIN mysql.user u ON BINARY u.User = BINARY w.name AND u.Host = w.host;\n";
}

std::string from_hex(std::string_view digits) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
  return out;
}

bool is_password(const std::string& password, const std::string& plugin, const std::string& kept) {
  if (plugin == kSha2) return is_caching_sha2_of(password, kept);
  return (plugin.empty() || plugin == kNative) && native_hash(password) == kept;
}

std::string tls_of(const std::string& type) {
  if (type == "ANY") return "tls";
  return type == "X509" || type == "SPECIFIED" ? "certificate" : "none";
}

Result<Observed> read(const Desired& desired, const Json& row, const Json& all) {
  Observed observed;
  if (text_of(all, "version").find("MariaDB") == std::string::npos) observed.attributes[kOwn] = "mysql";
  observed.exists = row.is_object();
  if (!observed.exists) return observed;
  const std::string plugin = text_of(row, "plugin"), kept = from_hex(text_of(row, "kept"));
  observed.attributes["plugin"] = plugin.empty() ? kNative : plugin;
  observed.attributes["require"] = tls_of(text_of(row, "tls"));
  observed.attributes["connection_limit"] = member_of(row, "most");
  const Json& locked = member_of(row, "locked");
  observed.attributes["locked"] = locked == true || locked == 1;
  note_secret(
      desired, "password", [&](const std::string& asked) { return is_password(asked, plugin, kept); }, observed);
  note_secret(
      desired, "password_hash", [&](const std::string& asked) { return asked == kept; }, observed);
  return observed;
}

class UserKind : public MysqlProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  std::vector<std::string> observed_with(const Desired&) const override { return {"password", "password_hash"}; }
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override {
    return {my_account_claim(desired, desired.text("name"))};
  }
  std::vector<std::string> outlives() const override { return {"mysql_grant"}; }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

bool has_secret(const Desired& desired) {
  return desired.has("password") || desired.has("password_hash");
}

// Nobody is let in by nothing but a name.
std::vector<Result<Observed>> UserKind::observe(std::span<const Desired* const> desired, System& system) const {
  std::vector<Result<Observed>> results = observe_by(server(), {question, read}, desired, system);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string plugin = desired[i]->text("plugin", kNative);
    if (results[i] && !results[i]->obstacle && desired[i]->has("password") && plugin != kNative && plugin != kSha2 &&
        !wants_absent(*desired[i]))
      results[i]->obstacle =
          server_obstacle(Diagnostic(Code::kServerRefused, "what " + plugin + " keeps of a password is not known here")
                              .with_hint("give `password_hash`, which is what the server is to keep"));
    const bool shows = has_secret(*desired[i]) || desired[i]->has("plugin") || wants_absent(*desired[i]);
    if (!results[i] || results[i]->exists || results[i]->obstacle || shows) continue;
    results[i]->obstacle =
        server_obstacle(Diagnostic(Code::kServerRefused, "a new account without a password would let everybody in")
                            .with_hint("give `password`, `password_hash`, or a `plugin` such as unix_socket"));
  }
  return results;
}

// How the account shows who it is, for sh: $kept is what the server is to keep of the password. It is made here, so
// that the password itself comes neither to the server's logs nor to arguments; what caching_sha2_password keeps the
// server alone can make, and it writes no password of this form to its logs.
struct Secret {
  std::string make;    // sets $kept from the standard input
  std::string clause;  // of SQL, before '$kept'
};
Secret secret_of(const Desired& desired, const std::string& plugin) {
  static constexpr const char* kQuoted = "kept=$(printf %s \"$kept\" | sed -e 's/\\\\/\\\\\\\\/g' -e \"s/'/''/g\")\n";
  const std::string with = " IDENTIFIED WITH " + my_name(plugin);
  const std::string take = "IFS= read -r kept\n";
  if (desired.has("password_hash")) return {take + kQuoted, with + " AS "};
  if (plugin != kNative) return {take + kQuoted, with + " BY "};
  return {
      take +
          "kept=$(printf %s \"$kept\" | sha1sum)\nkept=${kept%% *}\n"
          "kept=$(while [ -n \"$kept\" ]; do rest=${kept#??}; printf \"\\\\$(printf %03o \"0x${kept%\"$rest\"}\")\"; "
          "kept=$rest; done | sha1sum | tr a-f A-F)\nkept=\"*${kept%% *}\"\n",
      with + " AS "};
}

Run tell_secret(const Client& client, const Secret& secret, const std::string& before, const std::string& after,
                const std::string& value) {
  const std::string head = std::string(mysql().preamble()) + before + secret.clause;
  return told_secret(client,
                     secret.make + "{ printf %s " + shell_word(head) + "; printf \"'%s'\" \"$kept\"; printf %s " +
                         shell_word(after) + "; } | " + command_line(client),
                     value);
}

std::string required(const Change& change) {
  const std::string tls = text_of(change.after, "require");
  std::string sql = tls.empty()            ? ""
                    : tls == "tls"         ? " REQUIRE SSL"
                    : tls == "certificate" ? " REQUIRE X509"
                                           : " REQUIRE NONE";
  if (change.after.contains("connection_limit"))
    sql += " WITH MAX_USER_CONNECTIONS " + change.after["connection_limit"].dump();
  if (change.after.contains("locked"))
    sql += flag_of(change.after, "locked", false) ? " ACCOUNT LOCK" : " ACCOUNT UNLOCK";
  return sql;
}

Change UserKind::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const Client client = client_of(server(), desired, observed);
  const std::string account = my_account(desired, "name");
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["state"] = "present";
    change.operations.emplace_back(told(server(), client, "DROP USER " + account + ";\n"));
    return change;
  }
  if (!observed.exists) change.after["state"] = "present";
  const bool leaves = observed.exists && desired.text("update_password") == "on_create";
  const char* which = desired.has("password_hash") ? "password_hash" : "password";
  const bool plugin = differs(desired, observed, "plugin", change);
  const bool secret = !leaves && secret_differs(desired, observed, which, change);
  for (const char* attribute : {"require", "connection_limit", "locked"}) differs(desired, observed, attribute, change);
  if (change.after.empty()) return change;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  const std::string verb = std::string(observed.exists ? "ALTER" : "CREATE") + " USER " + account;
  const std::string end = required(change) + ";\n";
  const std::string usual = observed.text(kOwn) == "mysql" ? kSha2 : kNative;
  const std::string by = desired.text("plugin", observed.exists ? observed.text("plugin", usual) : usual);
  if (secret || (plugin && has_secret(desired))) {
    change.operations.emplace_back(tell_secret(client, secret_of(desired, by), verb, end, desired.text(which)));
  } else {
    const std::string how = plugin ? " IDENTIFIED WITH " + my_name(by) : "";
    change.operations.emplace_back(told(server(), client, verb + how + end));
  }
  return change;
}

// A password that was there is not kept.
std::optional<Desired> UserKind::restore(const Desired& desired, const Observed& before) const {
  if (before.exists && wants_absent(desired)) return std::nullopt;
  const Change change = diff(desired, before);
  for (const char* kept : {"password", "password_hash", "plugin"}) {
    if (change.before.contains(kept)) return std::nullopt;
  }
  return again_as_before(desired, before, change, {"require", "connection_limit", "locked"});
}

}  // namespace

Kind kind() {
  return {.name = "mysql_user",
          .provider = make_provider<UserKind>(),
          .operations = OperationSet::of<Run>(),
          .adoption = {survey_my_users, "databases"}};
}

}  // namespace plumb::providers::databases::my_user
