#include "engine/secrets/vault.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "engine/base/json_member.h"
#include "engine/base/outside_text.h"
#include "engine/secrets/fields.h"

namespace plumb::secrets {
namespace {

using config::SecretReference;

constexpr int kOk = 200;
constexpr int kNoContent = 204;
constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kSealed = 503;

// Nothing of a broken answer is told: it may hold what was asked for.
Result<Json> document_of(const WebAnswer& answer, const std::string& whose) {
  constexpr int kDeepest = 32;
  Result<Json> document = parse_json(answer.body, Code::kSecretStore, {.bytes = kLargestSecret, .depth = kDeepest});
  if (document && document->is_object()) return document;
  return fail(Code::kSecretStore, whose + ": what answered is no vault: its answer is no JSON");
}

// What the server itself says of a failure, on one line.
std::string complaints_of(const WebAnswer& answer) {
  constexpr std::size_t kShown = 400;
  const Result<Json> document = document_of(answer, "");
  std::string all;
  for (const char* list : {"errors", "warnings"}) {
    if (!document || !member_of(*document, list).is_array()) continue;
    for (const std::string& error : texts_in(member_of(*document, list))) append_item(all, error, "; ");
  }
  // Its own lists stand on lines with tabs before them.
  std::string line = outside_line(all, kShown);
  line.erase(std::unique(line.begin(), line.end(), [](char a, char b) { return a == ' ' && b == ' '; }), line.end());
  return line;
}

bool says(const WebAnswer& answer, std::string_view text) {
  return answer.body.find(text) != std::string::npos;
}

// Of what stands in a header.
bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::string first_line_of(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

Result<std::string> Vault::read(const SecretReference& reference) {
  PLUMB_TRY_ASSIGN(const Kept kept, look(reference));
  if (kept.fields.is_object()) return canonical(kept.fields);
  const std::string what = reference.version == 0 ? "" : ": version " + std::to_string(reference.version);
  return fail(Code::kNoSuchSecret, called(reference) + what + (kept.deleted ? " was deleted" : " is not there"));
}

Result<> Vault::write(const SecretReference& reference, const std::string& value) {
  SecretReference newest = reference;
  newest.version = 0;
  PLUMB_TRY_ASSIGN(Kept kept, look(newest));
  Json fields = kept.fields.is_object() ? std::move(kept.fields) : Json::object();
  if (!set_field(fields, reference.field, value))
    return fail(Code::kSecretStore,
                called(reference) + " has something else in the place of `" + reference.field + "`, which is no map");
  Json body = fields;
  if (store_.version == 2) body = {{"data", std::move(fields)}, {"options", {{"cas", kept.version}}}};
  PLUMB_TRY_ASSIGN(const WebAnswer answer, ask("POST", place_of(reference), "", body, reference));
  if (answer.status == kOk || answer.status == kNoContent) return {};
  if (answer.status == kBadRequest && says(answer, "check-and-set"))
    return fail(Code::kSecretStore, called(reference) + " was written by somebody else in the meantime")
        .hint("do it again");
  return refused(answer, kept.version == 0 && kept.fields.is_null() ? "create" : "update", reference);
}

Result<Vault::Kept> Vault::look(const SecretReference& reference) {
  const std::string query = reference.version == 0 ? "" : "?version=" + std::to_string(reference.version);
  PLUMB_TRY_ASSIGN(const WebAnswer answer, ask("GET", place_of(reference), query, Json(), reference));
  if (answer.status == kNotFound && says(answer, "Invalid path for a versioned"))
    return fail(Code::kSecretStore, called(reference) + ": the engine at `" + store_.mount + "` is of version 2")
        .hint("write `kv: 2` at the store, or leave it out");
  if (answer.status == kNotFound && says(answer, "no handler for route"))
    return fail(Code::kSecretStore, called(reference) + ": nothing is mounted at `" + store_.mount + "`")
        .hint("`mount` of the store says where its key-value engine is");
  if (answer.status != kOk && answer.status != kNotFound) return refused(answer, "read", reference);
  PLUMB_TRY_ASSIGN(const Json document, document_of(answer, called(reference)));
  Kept kept;
  const Json& data = member_of(document, "data");
  if (data.is_null()) return kept;
  if (store_.version == 1) {
    kept.fields = data;
    return kept;
  }
  if (const Json& metadata = member_of(data, "metadata"); !metadata.is_null()) {
    const Json& version = member_of(metadata, "version");
    if (version.is_number_integer()) kept.version = version.get<int>();
    kept.deleted = answer.status == kNotFound;
  } else if (answer.status == kOk) {
    return fail(Code::kSecretStore, called(reference) + ": the engine at `" + store_.mount + "` is of version 1")
        .hint("write `kv: 1` at the store");
  }
  kept.fields = member_of(data, "data");
  return kept;
}

Result<WebAnswer> Vault::ask(const std::string& method, const std::string& path, const std::string& query,
                             const Json& body, const SecretReference& reference) {
  PLUMB_TRY_ASSIGN(const std::string own, token(reference));
  return send(method, path + query, body, own, reference);
}

Result<WebAnswer> Vault::send(const std::string& method, const std::string& path, const Json& body,
                              const std::string& token, const SecretReference& reference) {
  PLUMB_TRY_ASSIGN(const std::string url, address(reference));
  WebRequest request{method, url + "/v1/" + path, {"X-Vault-Request: true"}, "", "", store_.timeout_seconds};
  if (!token.empty()) request.headers.push_back("X-Vault-Token: " + token);
  if (!store_.name_space.empty()) request.headers.push_back("X-Vault-Namespace: " + store_.name_space);
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type: application/json");
    request.body = canonical(body);
  }
  if (!store_.ca_file.empty()) request.ca_file = around_.place(store_.ca_file).string();
  return ask_server(around_, request, called(reference));
}

Result<std::string> Vault::address(const SecretReference& reference) const {
  std::string url = store_.url;
  for (const char* variable : {"VAULT_ADDR", "BAO_ADDR"}) {
    if (url.empty()) url = around_.variable(variable).value_or("");
  }
  while (url.ends_with('/')) url.pop_back();
  if (url.empty())
    return fail(Code::kSecretStore, called(reference) + ": nothing says where the vault is")
        .hint("give the store a `url`, or set VAULT_ADDR");
  if (!is_plain(url) || !config::is_safe_vault_url(url))
    return fail(Code::kSecretStore, called(reference) + ": VAULT_ADDR is no https:// address")
        .hint("plain http is for this machine alone: whoever is on the way would see the token");
  PLUMB_TRY(expect_meant(url, reference));
  return url;
}

Result<> Vault::expect_meant(const std::string& url, const SecretReference& reference) const {
  const auto is_it = [&url](std::string one) {
    while (one.ends_with('/')) one.pop_back();
    return one == url;
  };
  PLUMB_TRY_ASSIGN(const std::optional<std::vector<std::string>> vaults, around_.vaults());
  if (vaults) {
    if (std::any_of(vaults->begin(), vaults->end(), is_it)) return {};
    return fail(Code::kTokenGoesElsewhere, called(reference) + ": tokens of this machine are not for " + url)
        .hint("`vaults` in /etc/plumb/trust.yaml names those that they are for");
  }
  if (config::is_this_machine(url)) return {};
  for (const char* variable : {"VAULT_ADDR", "BAO_ADDR"}) {
    if (is_it(around_.variable(variable).value_or(""))) return {};
  }
  return fail(Code::kTokenGoesElsewhere,
              called(reference) + ": the project says that the vault is at " + url + ", and nobody else does")
      .hint("where your token is meant for it: `export VAULT_ADDR=" + url + "`");
}

// What came of the first login holds for all.
Result<std::string> Vault::token(const SecretReference& reference) {
  const std::lock_guard lock(login_mutex_);
  if (!token_) token_ = store_.role ? log_in(*store_.role, reference) : find_token(reference);
  return *token_;
}

Result<std::string> Vault::find_token(const SecretReference& reference) {
  if (store_.token) return login_from(*store_.token, reference);
  for (const char* variable : {"VAULT_TOKEN", "BAO_TOKEN"}) {
    if (around_.variable(variable).value_or("").empty()) continue;
    return login_from({variable, ""}, reference);
  }
  const config::LoginSource usual{"", "~/.vault-token"};
  if (around_.files().status(around_.place(usual.file))) return login_from(usual, reference);
  return fail(Code::kSecretStore, called(reference) + ": there is no token for the vault")
      .hint("log in with `vault login` or `bao login`, set VAULT_TOKEN, or give the store `token` or `approle`");
}

Result<std::string> Vault::log_in(const config::VaultStore::Role& role, const SecretReference& reference) {
  PLUMB_TRY_ASSIGN(const std::string secret, login_from(role.secret, reference));
  PLUMB_TRY_ASSIGN(const WebAnswer answer, send("POST", "auth/" + role.mount + "/login",
                                                {{"role_id", role.id}, {"secret_id", secret}}, "", reference));
  if (answer.status != kOk) {
    const std::string said = complaints_of(answer);
    return fail(Code::kSecretStore, called(reference) + ": the login by AppRole failed with " +
                                        std::to_string(answer.status) + (said.empty() ? "" : ": " + said))
        .hint("the role's secret may have run out or been used; `mount` of `approle` says where the method is");
  }
  PLUMB_TRY_ASSIGN(const Json document, document_of(answer, called(reference)));
  std::string token = text_of(member_of(document, "auth"), "client_token");
  if (!is_plain(token)) return fail(Code::kSecretStore, called(reference) + ": the login by AppRole gave no token");
  return token;
}

Result<std::string> Vault::login_from(const config::LoginSource& source, const SecretReference& reference) const {
  constexpr std::size_t kLongestFile = std::size_t{64} << 10;
  std::string text;
  const std::string where = source.file.empty() ? "$" + source.variable : source.file;
  if (source.file.empty()) {
    text = around_.variable(source.variable).value_or("");
  } else {
    Result<std::string> read = around_.files().read(around_.place(source.file), kLongestFile);
    if (!read) return fail(Code::kSecretStore, called(reference) + ": " + read.error().summary());
    text = first_line_of(std::move(*read));
  }
  if (is_plain(text)) return text;
  return fail(Code::kSecretStore, called(reference) + ": " + where +
                                      (text.empty() ? " holds no login for the vault" : " is no login for a vault"))
      .hint(text.empty() ? "" : "it has blanks or characters that no token has");
}

std::string Vault::place_of(const SecretReference& reference) const {
  return store_.mount + (store_.version == 2 ? "/data/" : "/") + reference.path;
}

Error Vault::refused(const WebAnswer& answer, const std::string& right, const SecretReference& reference) const {
  const std::string said = complaints_of(answer);
  Error error = fail(Code::kSecretStore, called(reference) + ": the vault answered " + std::to_string(answer.status) +
                                             (said.empty() ? "" : ": " + said));
  if (answer.status == kForbidden)
    return std::move(error).hint("the token has to have `" + right + "` on " + place_of(reference) +
                                 "; it may also have run out, or be another namespace's");
  if (answer.status == kSealed) return std::move(error).hint("it is sealed, or not ready: `vault status` tells");
  constexpr int kRedirects = 300;
  constexpr int kErrors = 400;
  if (answer.status >= kRedirects && answer.status < kErrors)
    return std::move(error).hint(
        "a token goes nowhere else: give the store the `url` of the server that answers itself");
  return error;
}

}  // namespace plumb::secrets
