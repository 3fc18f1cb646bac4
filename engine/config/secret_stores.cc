#include "engine/config/secret_stores.h"

#include <algorithm>

#include "engine/config/words.h"

namespace plumb::config {
namespace {

constexpr std::string_view kPathPlace = "{path}";
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

CommandStore read_command(const lang::Entry& entry, const Json& typed, Diagnostics& diagnostics) {
  CommandStore store;
  store.run = typed.at("run").get<std::vector<std::string>>();
  store.select = member(typed, "select");
  store.timeout_seconds = typed.value("timeout", store.timeout_seconds);
  const bool names_it = std::any_of(store.run.begin(), store.run.end(), [](const std::string& argument) {
    return argument.find(kPathPlace) != std::string::npos;
  });
  if (!names_it) {
    const lang::Entry* run = entry.value.find("run");
    diagnostics.add(Diagnostic(Code::kBadValue, "the program of `" + entry.key + "` is not told which secret is wanted")
                        .at(run == nullptr ? entry.key_span : run->value.span, "`{path}` stands in none of these")
                        .with_hint("write {path} where the reference's path belongs: [pass, show, \"{path}\"]"));
  }
  return store;
}

FileStore read_files(const Json& typed, FileStore::Form form) {
  return {form, member(typed, "folder"), member(typed, "identity")};
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
    if (type == "command") store.what = read_command(entry, *one, diagnostics);
    stores.emplace(entry.key, std::move(store));
  }
  return stores;
}

bool refers_to_secret(std::string_view text) {
  return text.starts_with(kSecretScheme);
}

bool means_a_secret(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
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
  const std::size_t slash = text.find('/');
  reference.store = text.substr(0, slash);
  if (!is_name(reference.store)) return broken("behind `secret://` belongs the name of a store");
  if (slash == std::string_view::npos) return broken("behind the store belongs `/` and a path");
  reference.path = text.substr(slash + 1);
  if (!are_names(reference.path, '/'))
    return broken("its path holds letters, digits, `_`, `-` and `.`, with `/` between names");
  return reference;
}

}  // namespace plumb::config
