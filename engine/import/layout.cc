#include "engine/import/layout.h"

#include <algorithm>
#include <filesystem>

namespace plumb::imports {
namespace {

constexpr std::size_t kMostListed = 2000;

bool is_yaml_name(const std::string& name) {
  return name.ends_with(".yml") || name.ends_with(".yaml");
}

// Roles in folders of a folder of roles, as `roles/web/nginx`: they are named with the folders around them.
void add_nested(const Folder& folder, const std::string& path, const std::string& name, int depth,
                std::vector<FoundRole>& found) {
  constexpr int kDeepest = 3;
  const auto list = folder_at(folder, path).list(kMostListed);
  if (!list || depth > kDeepest) return;
  for (const FolderEntry& entry : *list) {
    if (entry.type != EntryType::kFolder) continue;
    const std::string inner = joined_path(path, entry.name);
    if (is_role(folder, inner)) {
      found.push_back({name + "/" + entry.name, inner});
    } else {
      add_nested(folder, inner, name + "/" + entry.name, depth + 1, found);
    }
  }
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

bool holds_parts(const Folder& folder, const std::string& path) {
  return folder.holds(joined_path(path, "tasks")) || folder.holds(joined_path(path, "defaults/main.yml")) ||
         folder.holds(joined_path(path, "vars/main.yml"));
}

std::vector<FoundRole> roles_below(const Folder& folder, const std::string& path) {
  std::vector<FoundRole> found;
  for (const std::string& around : {joined_path(path, "roles"), path}) {
    const auto list = folder_at(folder, around).list(kMostListed);
    if (!list) continue;
    for (const FolderEntry& entry : *list) {
      const std::string role = joined_path(around, entry.name);
      const bool named = around != path && holds_parts(folder, role);
      if (entry.type != EntryType::kFolder) continue;
      if (named || is_role(folder, role)) {
        found.push_back({entry.name, role});
      } else if (around != path) {
        add_nested(folder, role, entry.name, 0, found);
      }
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

std::vector<std::string> projects_below(const Folder& folder, const std::string& base) {
  constexpr std::size_t kMostNamed = 3;
  std::vector<std::string> found;
  std::vector<std::string> around{base};
  // Two folders deep.
  for (int depth = 0; depth < 2 && found.empty(); ++depth) {
    std::vector<std::string> inner;
    for (const std::string& one : around) {
      const auto list = folder_at(folder, one).list(kMostListed);
      if (!list) continue;
      for (const FolderEntry& entry : *list) {
        if (entry.type != EntryType::kFolder || entry.name.starts_with('.')) continue;
        const std::string path = joined_path(one, entry.name);
        const bool configured =
            folder.holds(joined_path(path, "ansible.cfg")) || folder.holds(joined_path(path, "group_vars"));
        if (found.size() < kMostNamed && (configured || is_role(folder, path) || !roles_below(folder, path).empty()))
          found.push_back(path);
        inner.push_back(path);
      }
    }
    around = std::move(inner);
  }
  return found;
}

}  // namespace plumb::imports
