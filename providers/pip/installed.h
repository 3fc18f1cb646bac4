// What Python packages a host has, as far as its files tell: no Python is run to be asked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb::providers::pip {

// "Foo.Bar_baz[extra]" is "foo-bar-baz".
std::string plain_name(std::string_view name);

// Whether two versions are the same one: "2.0" is "2.0.0".
bool is_same_version(std::string_view one, std::string_view other);

// The Python that is asked for: "python3.11" below "/usr".
struct Python {
  std::string version;  // "" where the host has none
  std::string prefix;

  std::string library() const { return prefix + "/lib/" + version; }
};
Python find_python(const std::string& program, System& system);

// Where packages lie, those of an environment or of the host (then also of this account's own), those first that count.
Result<std::vector<std::string>> package_folders(const std::string& environment, const Python& python,
                                                 const std::string& user, System& system);

// The version of a package that lies in one of the folders; nothing where none has it.
Result<std::optional<std::string>> version_in(const std::vector<std::string>& folders, const std::string& name,
                                              System& system);

}  // namespace plumb::providers::pip
