#include <algorithm>
#include <set>

#include "providers/apt_repository/apt_repository.h"
#include "providers/apt_repository/deb822.h"
#include "providers/sdk/fetching.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/refused.h"

namespace plumb::providers::apt_repository {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 20U;
constexpr const char* kLists = "/var/lib/apt/lists";

Result<std::vector<std::string>> names_in(const std::string& folder, System& system) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(folder, true));
  if (!info || info->type != FileType::kDirectory) return std::vector<std::string>();
  return system.list(folder);
}

Result<> observe_file(const Desired& desired, System& system, Observed& observed) {
  const std::string path = file_of(desired);
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, false));
  if (!info) return note_missing_parent(path, system, observed);
  if (info->type != FileType::kFile) {
    // Told as not there, so that the change which the obstacle refuses is never empty.
    observed.exists = wants_absent(desired);
    observed.obstacle = refused(path + " is there and is no regular file");
    return {};
  }
  observed.exists = true;
  observed.attributes["state"] = "present";
  if (wants_absent(desired)) return {};
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(path, kLargest));
  observed.attributes = from_deb822(text);
  AccountNames names(system);
  observe_ownership(desired, *info, names, observed);
  return {};
}

Result<> observe_key(const Desired& desired, System& system, Observed& observed) {
  const std::string path = keyring_of(desired);
  if (path.empty() || (wants_absent(desired) && !brings_key(desired))) return {};
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, true));
  if (info && info->type == FileType::kFile) {
    PLUMB_TRY_ASSIGN(observed.attributes["key"], system.file_digest(path));
    // Without its file the key is no repository, but something is left of one that is to go.
    observed.exists = observed.exists || wants_absent(desired);
    return {};
  }
  if (info) observed.obstacle = refused(path + " is there and is no regular file");
  if (info || wants_absent(desired)) return {};
  if (brings_key(desired)) return note_missing_parent(path, system, observed);
  observed.missing.push_back({{"", "file", path}, "signed_by"});
  return {};
}

// apt takes a repository twice as long as both say the same of its key.
Result<> look_at(const std::string& path, bool one_line, const Desired& desired, System& system, Observed& observed) {
  const Result<std::string> text = system.read_file(path, kLargest);
  if (!text) return {};
  std::set<std::string> uris;
  for (const std::string& uri : texts_in(desired.attribute("uris"))) uris.insert(without_slash(uri));
  const std::vector<std::string> suites = texts_in(desired.attribute("suites"));
  for (const Declared& one : declared_in(*text, one_line)) {
    if (!uris.contains(one.uri) || std::find(suites.begin(), suites.end(), one.suite) == suites.end()) continue;
    const std::string place = path + ":" + std::to_string(one.line);
    if (one.signed_by != keyring_of(desired) && !observed.obstacle) {
      observed.obstacle =
          refused(place + " declares this repository with another key, and apt refuses both")
              .with_hint("take that one out before this one: `file: " + path + "` with `state: absent`, or a `line`");
    }
    Json& also = observed.attributes["also_in"];
    if (also.is_null()) also = Json::array();
    also.push_back(place);
  }
  return {};
}

Result<> find_others(const Desired& desired, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> list, system.stat("/etc/apt/sources.list", true));
  if (list && list->type == FileType::kFile)
    PLUMB_TRY(look_at("/etc/apt/sources.list", true, desired, system, observed));
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, names_in(std::string(kSources), system));
  for (const std::string& name : names) {
    const std::string path = std::string(kSources) + "/" + name;
    const bool one_line = name.ends_with(".list");
    if (path == file_of(desired) || !(one_line || name.ends_with(".sources"))) continue;
    PLUMB_TRY(look_at(path, one_line, desired, system, observed));
  }
  return {};
}

// Whether each suite of each URI is among what apt has read.
Result<> observe_lists(const Desired& desired, System& system, Observed& observed) {
  if (system.is_image() || !desired.flag("refresh", true) || !desired.flag("enabled", true)) return {};
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, names_in(kLists, system));
  bool read = true;
  for (const std::string& uri : texts_in(desired.attribute("uris"))) {
    for (const std::string& suite : texts_in(desired.attribute("suites"))) {
      const std::string prefix = list_prefix(uri, suite);
      read = read &&
             std::any_of(names.begin(), names.end(), [&](const std::string& name) { return name.starts_with(prefix); });
    }
  }
  observed.attributes["lists"] = read ? "read" : "not read";
  return {};
}

}  // namespace

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> apt, system.stat("/etc/apt", true));
  if (!apt && !wants_absent(desired)) {
    observed.obstacle = refused("the host has no /etc/apt, so its packages are not apt's");
    return observed;
  }
  PLUMB_TRY(observe_file(desired, system, observed));
  PLUMB_TRY(observe_key(desired, system, observed));
  if (wants_absent(desired)) {
    if (!observed.exists) observed.missing.clear();
    return observed;
  }
  const Json wanted = wanted_of(desired);
  if (!wanted["options"].empty() && member_of(from_deb822(to_deb822(wanted)), "options") != wanted["options"]) {
    observed.obstacle = refused("`options` holds what apt reads otherwise than as a field of its own")
                            .with_hint("`languages`, `trusted` and others are attributes, and no options");
    return observed;
  }
  PLUMB_TRY(find_others(desired, system, observed));
  PLUMB_TRY(observe_lists(desired, system, observed));
  if (observed.obstacle || !desired.has("key_url") || observed.text("key") == desired.text("key_digest"))
    return observed;
  if (system.is_image()) {
    observed.obstacle = image_runs_nothing("the key cannot be fetched");
  } else if (find_fetch_program(system) == nullptr) {
    observed.missing.push_back({{"", "package", "curl"}, "key_url"});
  }
  return observed;
}

}  // namespace plumb::providers::apt_repository
