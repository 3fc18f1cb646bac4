// Stores of secrets outside the project, and references to what they keep: `secrets` in plumb.yaml, and
// `secret://STORE/PATH#FIELD` as the whole value of a sensitive input. Nothing is asked for here (engine/secrets does).
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

// A file below a folder: as it is, or as age's or sops' own program makes it readable.
struct FileStore {
  enum class Form { kPlain, kAge, kSops } form = Form::kPlain;
  std::string folder;    // absolute, or relative to the project
  std::string identity;  // of age, as the folder; "" for age's own way of finding one
};

// What a program prints; `{path}` in its arguments stands for the reference's path.
struct CommandStore {
  std::vector<std::string> run;
  std::string select;  // with a field: where in the JSON that it prints the fields are, "data.data"; "" at the top
  int timeout_seconds = 30;
};

struct SecretStore {
  SourceSpan span;
  std::variant<EnvironmentStore, FileStore, CommandStore> what;
};

using SecretStores = std::map<std::string, SecretStore>;

// `typed` is the whole of `secrets`, as its schema typed it.
SecretStores read_secret_stores(const lang::Node& node, const Json& typed, Diagnostics& diagnostics);

struct SecretReference {
  std::string store;
  std::string path;   // one or more names with `/` between them, none of them `.` or `..`, none that begins with `-`
  std::string field;  // names with `.` between them; "" for all that is there
};

inline constexpr std::string_view kSecretScheme = "secret://";

bool refers_to_secret(std::string_view text);
// Whether it was meant to: with blanks around it, or in capitals.
bool means_a_secret(std::string_view text);
bool is_secret_reference(const Json& value);
// Errors: kBadValue, which says what is wrong with the form.
Result<SecretReference> parse_secret_reference(std::string_view text);

}  // namespace plumb::config
