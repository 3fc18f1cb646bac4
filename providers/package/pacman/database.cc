#include "providers/package/pacman/database.h"

#include <algorithm>
#include <set>

#include "engine/base/glob.h"
#include "engine/base/trimmed.h"
#include "providers/package/answer_words.h"
#include "providers/package/survey_parts.h"

namespace plumb::providers::package::pacman {
namespace {

constexpr std::size_t kLargestRecord = std::size_t{16} << 20U;

}  // namespace

std::optional<std::pair<std::string, std::string>> name_and_version(std::string_view text) {
  const std::size_t release = text.rfind('-');
  if (release == std::string_view::npos || release == 0) return std::nullopt;
  const std::size_t version = text.rfind('-', release - 1);
  if (version == std::string_view::npos || version == 0) return std::nullopt;
  return std::pair(std::string(text.substr(0, version)), std::string(text.substr(version + 1)));
}

Result<std::map<std::string, std::string>> installed_versions(System& system) {
  PLUMB_TRY_ASSIGN(const std::vector<std::string> folders, system.list(kRecords));
  std::map<std::string, std::string> versions;
  for (const std::string& folder : folders) {
    if (auto one = name_and_version(folder)) versions.insert(std::move(*one));
  }
  return versions;
}

std::vector<std::string> section_of(std::string_view record, std::string_view section) {
  std::vector<std::string> lines;
  bool inside = false;
  while (!record.empty()) {
    const std::string_view line = take_line(record);
    if (inside && line.empty()) break;
    if (inside) lines.emplace_back(line);
    inside = inside || line == section;
  }
  return lines;
}

Result<std::string> read_record(const std::string& name, const std::string& version, const char* file, System& system) {
  const std::string path = std::string(kRecords) + '/' + name + '-' + version + '/' + file;
  PLUMB_TRY_ASSIGN(const auto info, system.stat(path, true));
  return info ? system.read_file(path, kLargestRecord) : std::string();
}

Held Held::parse(std::string_view configuration) {
  Held held;
  while (!configuration.empty()) {
    constexpr std::string_view kIgnored = "IgnorePkg";
    std::string_view line = trimmed(take_line(configuration));
    if (!line.starts_with(kIgnored)) continue;
    line = trimmed(line.substr(kIgnored.size()));
    if (!line.starts_with('=')) continue;
    for (const std::string_view word : words_in(line.substr(1))) held.patterns_.emplace_back(trimmed(word));
  }
  return held;
}

bool Held::contains(const std::string& name) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const std::string& pattern) { return glob_match(pattern, name); });
}

Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                           const std::function<bool(const std::string& path)>& matters,
                                           System& system) {
  PLUMB_TRY_ASSIGN(const auto installed, installed_versions(system));
  std::set<std::string> paths;
  bool some_folder = false;
  for (const std::string& name : packages) {
    const auto found = installed.find(name);
    if (found == installed.end()) continue;
    PLUMB_TRY_ASSIGN(const std::string record, read_record(name, found->second, "files", system));
    for (std::string& line : section_of(record, "%FILES%")) {
      const bool is_folder = line.ends_with('/');
      if (is_folder) line.pop_back();
      std::string path = '/' + line;
      if (!matters(path)) continue;
      some_folder = some_folder || is_folder;
      paths.insert(std::move(path));
    }
    // Where somebody changed it, it stays under another name. "etc/a.conf", a tab, and its MD5.
    for (const std::string& line : section_of(record, "%BACKUP%")) paths.erase('/' + line.substr(0, line.find('\t')));
  }
  // Files are one package's alone, and folders of many.
  for (auto other = installed.begin(); some_folder && other != installed.end(); ++other) {
    if (std::find(packages.begin(), packages.end(), other->first) != packages.end()) continue;
    PLUMB_TRY_ASSIGN(const std::string record, read_record(other->first, other->second, "files", system));
    for (const std::string& line : section_of(record, "%FILES%")) {
      if (line.ends_with('/')) paths.erase('/' + line.substr(0, line.size() - 1));
    }
  }
  return std::vector<std::string>(paths.begin(), paths.end());
}

Result<std::shared_ptr<const Packaged>> packaged(System& system) {
  PLUMB_TRY_ASSIGN(const auto installed, installed_versions(system));
  auto all = std::make_shared<Packaged>();
  for (const auto& [name, version] : installed) {
    PLUMB_TRY_ASSIGN(const std::string record, read_record(name, version, "files", system));
    for (std::string& line : section_of(record, "%FILES%")) {
      if (line.ends_with('/')) line.pop_back();
      add_packaged_path('/' + line, *all);
    }
    for (const std::string& line : section_of(record, "%BACKUP%")) {
      const std::size_t tab = line.find('\t');
      if (tab != std::string::npos) all->configuration['/' + line.substr(0, tab)] = line.substr(tab + 1);
    }
    PLUMB_TRY_ASSIGN(const std::string script, read_record(name, version, "install", system));
    add_script_words(script, *all);
  }
  return std::shared_ptr<const Packaged>(std::move(all));
}

Result<std::vector<std::string>> asked_for(System& system) {
  PLUMB_TRY_ASSIGN(const auto installed, installed_versions(system));
  std::vector<std::string> names;
  for (const auto& [name, version] : installed) {
    PLUMB_TRY_ASSIGN(const std::string record, read_record(name, version, "desc", system));
    if (section_of(record, "%REASON%") != std::vector<std::string>{"1"}) names.push_back(name);
  }
  return names;
}

}  // namespace plumb::providers::package::pacman
