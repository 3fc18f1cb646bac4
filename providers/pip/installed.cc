#include "providers/pip/installed.h"

#include "engine/base/ascii.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::pip {
namespace {

// "requests-2.31.0.dist-info", "PyYAML-6.0-py3.11.egg-info".
std::optional<std::string> version_of(std::string_view entry, const std::string& name) {
  for (const std::string_view ending : {".dist-info", ".egg-info"}) {
    if (!entry.ends_with(ending)) continue;
    const std::string_view whole = entry.substr(0, entry.size() - ending.size());
    const std::size_t dash = whole.find('-');
    if (dash == std::string_view::npos || plain_name(whole.substr(0, dash)) != name) return std::nullopt;
    const std::string_view version = whole.substr(dash + 1);
    return std::string(version.substr(0, version.find("-py")));
  }
  return std::nullopt;
}

Result<std::vector<std::string>> names_in_folder(const std::string& folder, System& system) {
  PLUMB_TRY_ASSIGN(const auto there, system.stat(folder, true));
  if (!there || there->type != FileType::kDirectory) return std::vector<std::string>();
  return system.list(folder);
}

}  // namespace

std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name.substr(0, name.find('['))) {
    const bool parts = c == '-' || c == '_' || c == '.';
    if (parts && plain.ends_with('-')) continue;
    plain += parts ? '-' : lowered(c);
  }
  return plain;
}

bool is_same_version(std::string_view one, std::string_view other) {
  for (std::string_view* version : {&one, &other}) {
    while (version->ends_with(".0")) version->remove_suffix(2);
  }
  return one == other;
}

Python find_python(const std::string& program, System& system) {
  const std::string found = system.find_program(program);
  if (found.empty()) return {};
  const std::string real = system.resolve(found).value_or(found);
  const std::string folder = parent_of(parent_of(real));
  return {real.substr(real.rfind('/') + 1), folder == "/" ? "" : folder};
}

Result<std::vector<std::string>> package_folders(const std::string& environment, const Python& python,
                                                 const std::string& user, System& system) {
  std::vector<std::string> folders;
  if (!environment.empty()) {
    PLUMB_TRY_ASSIGN(const std::vector<std::string> versions, names_in_folder(environment + "/lib", system));
    for (const std::string& one : versions) folders.push_back(environment + "/lib/" + one + "/site-packages");
    return folders;
  }
  if (const auto account = user.empty() ? std::nullopt : system.user_by_name(user))
    folders.push_back(account->home + "/.local/lib/" + python.version + "/site-packages");
  for (const std::string& library :
       {"/usr/local/lib/" + python.version, python.library(), "/usr/lib64/" + python.version}) {
    for (const char* kind : {"/dist-packages", "/site-packages"}) folders.push_back(library + kind);
  }
  folders.emplace_back("/usr/lib/python3/dist-packages");
  return folders;
}

Result<std::optional<std::string>> version_in(const std::vector<std::string>& folders, const std::string& name,
                                              System& system) {
  const std::string plain = plain_name(name);
  for (const std::string& folder : folders) {
    PLUMB_TRY_ASSIGN(const std::vector<std::string> entries, names_in_folder(folder, system));
    for (const std::string& entry : entries) {
      if (auto version = version_of(entry, plain)) return version;
    }
  }
  return std::optional<std::string>();
}

}  // namespace plumb::providers::pip
