#include "engine/config/secret_stores.h"

#include <algorithm>

#include "engine/base/trimmed.h"
#include "engine/config/words.h"

namespace plumb::config {
namespace {

constexpr std::string_view kPathPlace = "{path}";
constexpr std::string_view kFieldPlace = "{field}";
constexpr std::size_t kLongestReference = 1024;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

bool is_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && !name.starts_with('-') &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

// Each part of a text that `between` separates is a name.
bool are_names(std::string_view text, char between) {
  while (true) {
    const std::size_t end = text.find(between);
    if (!is_name(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

void check_names_path(const lang::Entry& entry, const char* key, const std::vector<std::string>& arguments,
                      const std::string& hint, Diagnostics& diagnostics) {
  const bool names_it = std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return argument.find(kPathPlace) != std::string::npos;
  });
  if (names_it) return;
  const lang::Entry* written = entry.value.find(key);
  diagnostics.add(Diagnostic(Code::kBadValue, "the program of `" + entry.key + "` is not told which secret is meant")
                      .at(written == nullptr ? entry.key_span : written->value.span, "`{path}` stands in none of these")
                      .with_hint("write {path} where the reference's path belongs: " + hint));
}

CommandStore read_command(const lang::Entry& entry, const Json& typed, Diagnostics& diagnostics) {
  CommandStore store;
  store.run = typed.at("run").get<std::vector<std::string>>();
  store.select = member(typed, "select");
  store.timeout_seconds = typed.value("timeout", store.timeout_seconds);
  store.absent = typed.value("absent", store.absent);
  check_names_path(entry, "run", store.run, "[pass, show, \"{path}\"]", diagnostics);
  if (const auto write = typed.find("write"); write != typed.end()) {
    store.write = write->get<std::vector<std::string>>();
    check_names_path(entry, "write", store.write, "[pass, insert, --multiline, --force, \"{path}\"]", diagnostics);
  }
  return store;
}

FileStore read_files(const Json& typed, FileStore::Form form) {
  return {form, member(typed, "folder"), member(typed, "identity")};
}

LoginSource read_login(const Json& typed) {
  return {member(typed, "env"), member(typed, "file")};
}

VaultStore read_vault(const lang::Entry& entry, const Json& typed, Diagnostics& diagnostics) {
  VaultStore store;
  store.url = member(typed, "url");
  while (store.url.ends_with('/')) store.url.pop_back();
  store.mount = typed.value("mount", "secret");
  store.version = typed.value("kv", store.version);
  store.name_space = member(typed, "namespace");
  store.ca_file = member(typed, "ca");
  store.timeout_seconds = typed.value("timeout", store.timeout_seconds);
  if (const auto token = typed.find("token"); token != typed.end()) store.token = read_login(*token);
  if (const auto role = typed.find("approle"); role != typed.end()) {
    store.role =
        VaultStore::Role{role->value("mount", "approle"), member(*role, "role_id"), read_login((*role)["secret_id"])};
  }
  const lang::Entry* url = entry.value.find("url");
  if (url != nullptr && !is_safe_vault_url(store.url)) {
    diagnostics.add(Diagnostic(Code::kBadValue, "the vault `" + entry.key + "` would be asked without encryption")
                        .at(url->value.span, "whoever is on the way sees the token and the secrets")
                        .with_hint("write https://; `ca` names the certificate of an authority of your own"));
  }
  return store;
}

// As keyctl(1) shortens the keyrings' names: to the first letters of their words.
std::string keyring_of(const Json& typed) {
  std::string shortened = "@";
  char before = '-';
  for (const char c : typed.value("keyring", "session")) {
    if (before == '-') shortened += c;
    before = c;
  }
  return shortened;
}

// Of "version=3"; 0 where it is something else.
int version_in(std::string_view text) {
  constexpr std::string_view kVersion = "version=";
  constexpr std::size_t kMostDigits = 9;
  if (!text.starts_with(kVersion)) return 0;
  text.remove_prefix(kVersion.size());
  if (text.empty() || text.size() > kMostDigits) return 0;
  int version = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return 0;
    version = version * 10 + (c - '0');
  }
  return version;
}

}  // namespace

SecretStores read_secret_stores(const lang::Node& node, const Json& typed, Diagnostics& diagnostics) {
  SecretStores stores;
  for (const lang::Entry& entry : node.entries) {
    const auto one = typed.find(entry.key);
    if (one == typed.end()) continue;
    SecretStore store{entry.key_span, {}};
    const std::string type = member(*one, "type");
    if (type == "environment") store.what = EnvironmentStore{member(*one, "prefix")};
    if (type == "file") store.what = read_files(*one, FileStore::Form::kPlain);
    if (type == "age") store.what = read_files(*one, FileStore::Form::kAge);
    if (type == "sops") store.what = read_files(*one, FileStore::Form::kSops);
    if (type == "sealed") store.what = read_files(*one, FileStore::Form::kSealed);
    if (type == "credentials") store.what = read_files(*one, FileStore::Form::kCredential);
    if (type == "command") store.what = read_command(entry, *one, diagnostics);
    if (type == "keyring") store.what = KeyringStore{keyring_of(*one), member(*one, "prefix")};
    if (type == "vault") store.what = read_vault(entry, *one, diagnostics);
    stores.emplace(entry.key, std::move(store));
  }
  return stores;
}

std::string_view type_of(const SecretStore& store) {
  if (const auto* files = std::get_if<FileStore>(&store.what)) {
    switch (files->form) {
      case FileStore::Form::kPlain:
        return "file";
      case FileStore::Form::kAge:
        return "age";
      case FileStore::Form::kSops:
        return "sops";
      case FileStore::Form::kCredential:
        return "credentials";
      case FileStore::Form::kSealed:
        return "sealed";
    }
  }
  if (std::holds_alternative<EnvironmentStore>(store.what)) return "environment";
  if (std::holds_alternative<KeyringStore>(store.what)) return "keyring";
  return std::holds_alternative<VaultStore>(store.what) ? "vault" : "command";
}

bool refers_to_secret(std::string_view text) {
  return text.starts_with(kSecretScheme);
}

bool means_a_secret(std::string_view text) {
  text = trimmed(text);
  return text.size() >= kSecretScheme.size() &&
         std::equal(kSecretScheme.begin(), kSecretScheme.end(), text.begin(), [](char wanted, char there) {
           return wanted == (there >= 'A' && there <= 'Z' ? there + 32 : there);
         });
}

bool is_secret_reference(const Json& value) {
  return value.is_string() && refers_to_secret(value.get_ref<const std::string&>());
}

Result<SecretReference> parse_secret_reference(std::string_view text) {
  const auto broken = [](const std::string& why) {
    return fail(Code::kBadValue, "a reference to a secret that cannot be read: " + why);
  };
  if (text.size() > kLongestReference) return broken("it is longer than 1024 characters");
  text.remove_prefix(kSecretScheme.size());
  SecretReference reference;
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    reference.field = text.substr(hash + 1);
    text = text.substr(0, hash);
    if (!are_names(reference.field, '.'))
      return broken("behind `#` belongs a field, such as `password` or `db.password`");
  }
  if (const std::size_t mark = text.find('?'); mark != std::string_view::npos) {
    reference.version = version_in(text.substr(mark + 1));
    text = text.substr(0, mark);
    if (reference.version == 0) return broken("behind `?` belongs `version=` and a number from 1 on");
  }
  const std::size_t slash = text.find('/');
  reference.store = text.substr(0, slash);
  if (!is_name(reference.store)) return broken("behind `secret://` belongs the name of a store");
  if (slash == std::string_view::npos) return broken("behind the store belongs `/` and a path");
  reference.path = text.substr(slash + 1);
  if (!are_names(reference.path, '/'))
    return broken("its path holds letters, digits, `_`, `-` and `.`, with `/` between names");
  return reference;
}

bool is_safe_vault_url(std::string_view url) {
  if (url.starts_with("https://")) return true;
  return url.starts_with("http://") && is_this_machine(url);
}

bool is_this_machine(std::string_view url) {
  const std::size_t scheme = url.find("://");
  // A name before an `@` is no host.
  if (scheme == std::string_view::npos || url.find('@') != std::string_view::npos) return false;
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  if (host.starts_with('[')) return host == "[::1]" || host.starts_with("[::1]:");
  host = host.substr(0, host.find(':'));
  return host == "localhost" || host == "127.0.0.1";
}

std::string SecretReference::str() const {
  return std::string(kSecretScheme) + store + "/" + path + (version == 0 ? "" : "?version=" + std::to_string(version)) +
         (field.empty() ? "" : "#" + field);
}

std::string why_not_read(const SecretStore& store, const SecretReference& reference) {
  const auto* files = std::get_if<FileStore>(&store.what);
  const auto* vault = std::get_if<VaultStore>(&store.what);
  if (reference.version != 0 && (vault == nullptr || vault->version == 1)) return "keeps no versions";
  if (files != nullptr && files->form == FileStore::Form::kCredential && reference.path.find('/') != std::string::npos)
    return "keeps credentials, whose names have no `/`";
  return {};
}

std::string why_not_written(const SecretStore& store, const SecretReference& reference) {
  if (reference.version != 0) return "cannot be given an older version";
  if (std::holds_alternative<VaultStore>(store.what)) {
    return reference.field.empty() ? "keeps fields, and the reference names none" : "";
  }
  if (const auto* command = std::get_if<CommandStore>(&store.what)) {
    if (command->write.empty()) return "is only read: its `write` says no program that takes a value";
    const bool takes_field = std::any_of(command->write.begin(), command->write.end(), [](const std::string& argument) {
      return argument.find(kFieldPlace) != std::string::npos;
    });
    if (reference.field.empty() || takes_field) return {};
    return "is not told which field is meant: write {field} in its `write`";
  }
  const auto* files = std::get_if<FileStore>(&store.what);
  return files != nullptr && files->form == FileStore::Form::kSealed ? "" : "is only read";
}

}  // namespace plumb::config
