// Stores of secrets outside the project, and references to what they keep: `secrets` in plumb.yaml, and
// `secret://STORE/PATH?version=N#FIELD` as the whole value of a sensitive input. Nothing is asked for here
// (engine/secrets does).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// A variable of whoever runs plumb: `prefix` and the path.
struct EnvironmentStore {
  std::string prefix;
};

// A file below a folder: as it is, as age's, sops' or systemd's own program makes it readable, or sealed with the
// project's key.
struct FileStore {
  enum class Form { kPlain, kAge, kSops, kCredential, kSealed } form = Form::kPlain;
  std::string folder;    // absolute, or relative to the project; of credentials "" for those of the unit that runs us
  std::string identity;  // of age, as the folder; "" for age's own way of finding one
};

// What a program prints; `{path}` and `{field}` in its arguments stand for the reference's.
struct CommandStore {
  std::vector<std::string> run;
  std::string select;  // with a field: where in the JSON that it prints the fields are, "data.data"; "" at the top
  int timeout_seconds = 30;
  std::vector<std::string> write = {};  // what takes a new value, on its standard input; empty: the store is read alone
  int absent = 0;                       // the exit code of `run` where nothing is kept there; 0: none says so
};

// A key of type `user` in a keyring of the kernel, described by `prefix` and the path.
struct KeyringStore {
  std::string keyring;  // as keyctl(1) writes it: "@s"
  std::string prefix;
};

// Where a login stands that belongs in no file of a project; one of the two is "".
struct LoginSource {
  std::string variable;
  std::string file;  // absolute, in the project, or below `~/`
};

// The key-value engine of HashiCorp Vault or OpenBao.
struct VaultStore {
  std::string url;    // without a `/` at its end; "" for what VAULT_ADDR or BAO_ADDR says
  std::string mount;  // of the engine
  int version = 2;    // of the engine
  std::string name_space;
  std::string ca_file;               // as a folder of files; "" for the certificates that the machine trusts
  std::optional<LoginSource> token;  // absent, with no role: VAULT_TOKEN, BAO_TOKEN or ~/.vault-token
  struct Role {
    std::string mount;
    std::string id;
    LoginSource secret;
  };
  std::optional<Role> role;  // AppRole
  int timeout_seconds = 30;
};

// Whether a token may go there: with encryption, or to this machine.
bool is_safe_vault_url(std::string_view url);
// Whether it leads nowhere else.
bool is_this_machine(std::string_view url);

struct SecretStore {
  SourceSpan span;
  std::variant<EnvironmentStore, FileStore, CommandStore, KeyringStore, VaultStore> what;
};

// As `type` names it: "vault".
std::string_view type_of(const SecretStore& store);

using SecretStores = std::map<std::string, SecretStore>;

// `typed` is the whole of `secrets`, as its schema typed it.
SecretStores read_secret_stores(const lang::Node& node, const Json& typed, Diagnostics& diagnostics);

struct SecretReference {
  std::string store;
  std::string path;   // one or more names with `/` between them, none of them `.` or `..`, none that begins with `-`
  std::string field;  // names with `.` between them; "" for all that is there
  int version = 0;    // of a store that counts them; 0 for the newest

  std::string str() const;  // as it was written
};

inline constexpr std::string_view kSecretScheme = "secret://";

bool refers_to_secret(std::string_view text);
// Whether it was meant to: with blanks around it, or in capitals.
bool means_a_secret(std::string_view text);
bool is_secret_reference(const Json& value);
// Errors: kBadValue, which says what is wrong with the form.
Result<SecretReference> parse_secret_reference(std::string_view text);

// Why the store cannot be asked for that: "has no versions"; "" where it can.
std::string why_not_read(const SecretStore& store, const SecretReference& reference);
// Why the store takes no new value there: "is only read"; "" where it does.
std::string why_not_written(const SecretStore& store, const SecretReference& reference);

}  // namespace plumb::config
