#include "providers/yum_repository/yum_repository.h"

#include <algorithm>
#include <array>

#include "engine/base/joined.h"
#include "providers/sdk/ini_header.h"

namespace plumb::providers::yum_repository {
namespace {

constexpr const char* kFolder = "/etc/yum.repos.d/";
constexpr const char* kZypperFolder = "/etc/zypp/repos.d/";

// Where the repository lies is said in one of three ways.
constexpr std::array kPlaces = {"baseurl", "mirrorlist", "metalink"};

// What a line of the file is called, by attribute, where that is another name.
std::string option_of(const std::string& attribute) {
  return attribute == "description" ? "name" : attribute;
}

// Flags and lists are as the files of distributions have them.
std::string text_of_option(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  return joined(texts_in(value), " ");
}

constexpr std::array kOptions = {
    "description",        "baseurl",       "mirrorlist", "metalink",      "enabled",
    "gpgcheck",           "repo_gpgcheck", "gpgkey",     "exclude",       "includepkgs",
    "priority",           "cost",          "proxy",      "username",      "metadata_expire",
    "module_hotfixes",    "sslverify",     "sslcacert",  "sslclientcert", "sslclientkey",
    "skip_if_unavailable"};

Json options_of(const Desired& desired) {
  Json options = desired.attribute("options");
  if (!options.is_object()) options = Json::object();
  for (const char* attribute : kOptions) {
    if (desired.has(attribute)) options[option_of(attribute)] = text_of_option(desired.attribute(attribute));
  }
  return options;
}

// What was asked for in another way is to go, and what is named.
std::vector<std::string> removed_by(const Desired& desired, const Json& options) {
  std::vector<std::string> names = texts_in(desired.attribute("remove"));
  bool placed = false;
  for (const char* place : kPlaces) placed = placed || desired.has(place);
  for (const char* place : kPlaces) {
    if (placed) names.emplace_back(place);
  }
  std::erase_if(names, [&](const std::string& name) { return options.contains(name); });
  return names;
}

std::string name_of_file(const Desired& desired) {
  return desired.text("file", desired.text("name")) + ".repo";
}

// The files that it names by file:// or by path.
std::vector<std::string> files_named(const Desired& desired) {
  std::vector<std::string> files;
  for (const char* attribute : {"gpgkey", "sslcacert", "sslclientcert", "sslclientkey"}) {
    for (std::string one : texts_in(desired.attribute(attribute))) {
      if (one.starts_with("file://")) one.erase(0, 7);
      if (one.starts_with('/') && one.find('$') == std::string::npos) files.push_back(std::move(one));
    }
  }
  return files;
}

}  // namespace

Edit YumRepositoryProvider::edit(const Desired& desired) const {
  IniEdit edit;
  edit.section = desired.text("name");
  edit.absent = wants_absent(desired);
  if (edit.absent) {
    edit.remove = texts_in(desired.attribute("remove"));
    return edit;
  }
  edit.options.value = options_of(desired);
  edit.remove = removed_by(desired, edit.options.value);
  edit.delimiter = "=";
  return edit;
}

std::string YumRepositoryProvider::path(const Desired& desired) const {
  return kFolder + name_of_file(desired);
}

std::string YumRepositoryProvider::path_on(const Desired& desired, System& system) const {
  const auto usual = system.stat(kFolder, true);
  const auto zypper = system.stat(kZypperFolder, true);
  const bool is_zypper = usual && !*usual && zypper && *zypper;
  return is_zypper ? kZypperFolder + name_of_file(desired) : path(desired);
}

std::vector<std::string> YumRepositoryProvider::own_paths(const Desired& desired, const Json&) const {
  return {path(desired), kZypperFolder + name_of_file(desired)};
}

std::vector<Address> YumRepositoryProvider::infers(const Desired& desired) const {
  std::vector<Address> edges = EditProvider::infers(desired);
  if (wants_absent(desired)) return edges;
  for (std::string& file : files_named(desired)) {
    edges.push_back({"", "file", file});
    edges.push_back({"", "download", std::move(file)});
  }
  return edges;
}

std::vector<ImpliedPath> YumRepositoryProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths;
  if (wants_absent(desired)) return paths;
  for (std::string& file : files_named(desired)) paths.push_back({std::move(file)});
  return paths;
}

std::string YumRepositoryProvider::remedy(const Desired&, const Missing& missing) const {
  return missing.what.kind == "directory"
             ? "the host has neither dnf, yum nor zypper; name what brings one with `after`"
             : "";
}

std::optional<Desired> YumRepositoryProvider::restore_text(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes = {{"name", desired.text("name")}, {"state", "present"}};
  if (desired.has("file")) again.attributes["file"] = desired.attribute("file");
  // A section that was removed was more than these options.
  if (wants_absent(desired)) return std::nullopt;
  if (const std::string header = before.text("header"); is_made_header(header, desired.text("name"))) {
    again.attributes["state"] = "absent";
    again.attributes["remove"] = {header};
    return again;
  }
  if (before.exists && !can_be_written_again(before.attribute("settings"))) return std::nullopt;
  const Json asked = options_of(desired);
  std::vector<std::string> names = removed_by(desired, asked);
  for (const auto& [name, unused] : asked.items()) names.push_back(name);
  std::optional<Json> options = ini_options(before.text("settings"), names);
  if (!options) return std::nullopt;
  std::erase_if(names, [&](const std::string& name) { return options->contains(name); });
  again.attributes["options"] = std::move(*options);
  if (!names.empty()) again.attributes["remove"] = names;
  return again;
}

// What another resource of the section does not speak of goes, and the section stays.
bool YumRepositoryProvider::spare(Desired& going, const Desired& other) const {
  const bool meet = path(going) == path(other) && going.text("name") == other.text("name");
  if (!meet || wants_absent(other)) return true;
  if (other.sensitive.contains("options")) return false;
  const Json asked = options_of(other);
  const std::vector<std::string> removed = removed_by(other, asked);
  const Json had = options_of(going);
  Json left = Json::array();
  for (const auto& [name, unused] : had.items()) {
    if (!asked.contains(name) && std::find(removed.begin(), removed.end(), name) == removed.end()) left.push_back(name);
  }
  if (left.empty()) return false;
  Json attributes = {{"name", going.text("name")}, {"remove", std::move(left)}};
  if (going.has("file")) attributes["file"] = going.attribute("file");
  going.attributes = std::move(attributes);
  return true;
}

void add_to(Registry& registry) {
  registry.add(edit_kind<YumRepositoryProvider>("yum_repository"));
}

}  // namespace plumb::providers::yum_repository
