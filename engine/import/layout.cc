#include "engine/import/layout.h"

#include <algorithm>
#include <filesystem>

namespace plumb::imports {
namespace {

constexpr std::size_t kMostListed = 2000;

bool is_yaml_name(const std::string& name) {
  return name.ends_with(".yml") || name.ends_with(".yaml");
}

// A role of which others take parts: it has no tasks of its own, or nothing but variables.
bool holds_parts(const Folder& folder, const std::string& path) {
  return folder.holds(joined_path(path, "tasks")) || folder.holds(joined_path(path, "defaults/main.yml")) ||
         folder.holds(joined_path(path, "vars/main.yml"));
}

}  // namespace

std::string joined_path(const std::string& a, const std::string& b) {
  return a.empty() || a == "." ? b : a + "/" + b;
}

Folder folder_at(const Folder& folder, const std::string& path) {
  return path.empty() || path == "." ? folder : folder / path;
}

std::string path_beside(const std::string& file, const std::string& name) {
  const std::string folder = std::filesystem::path(file).parent_path().generic_string();
  return std::filesystem::path(joined_path(folder, name)).lexically_normal().generic_string();
}

bool is_role(const Folder& folder, const std::string& path) {
  return folder.holds(joined_path(path, "tasks/main.yml")) || folder.holds(joined_path(path, "tasks/main.yaml"));
}

std::vector<FoundRole> roles_below(const Folder& folder, const std::string& path) {
  std::vector<FoundRole> found;
  for (const std::string& around : {joined_path(path, "roles"), path}) {
    const auto list = folder_at(folder, around).list(kMostListed);
    if (!list) continue;
    for (const FolderEntry& entry : *list) {
      const std::string role = joined_path(around, entry.name);
      const bool named = around != path && holds_parts(folder, role);
      if (entry.type == EntryType::kFolder && (named || is_role(folder, role))) found.push_back({entry.name, role});
    }
    if (!found.empty()) break;
  }
  return found;
}

std::vector<std::string> playbooks_below(const Folder& folder, const std::string& base) {
  std::vector<std::string> found;
  for (const std::string inner : {"", "playbooks"}) {
    const auto list = folder_at(folder, inner.empty() ? base : joined_path(base, inner)).list(kMostListed);
    if (!list) continue;
    std::vector<std::string> names;
    for (const FolderEntry& entry : *list) {
      if (entry.type == EntryType::kFile && is_yaml_name(entry.name)) names.push_back(entry.name);
    }
    // site.yml names the others where there is one.
    const auto site = std::find_if(names.begin(), names.end(),
                                   [](const std::string& name) { return name == "site.yml" || name == "site.yaml"; });
    if (site != names.end()) names = {*site};
    for (const std::string& name : names) found.push_back(joined_path(inner, name));
  }
  return found;
}

}  // namespace plumb::imports
