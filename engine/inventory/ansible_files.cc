#include "engine/inventory/ansible_files.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "engine/inventory/ansible_ini.h"
#include "engine/inventory/ansible_settings.h"
#include "engine/inventory/ansible_yaml.h"
#include "engine/inventory/host_pattern.h"

namespace plumb::inventory {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = std::size_t{16} << 20;
constexpr std::size_t kMostEntries = 100'000;  // of one folder
constexpr std::size_t kMostFiles = 10'000;     // of inventories, in a folder and all below it
constexpr std::size_t kMostErrors = 20;
constexpr int kDeepestFolder = 8;
constexpr std::array kYamlEndings = {".yml", ".yaml", ".json"};
// What Ansible takes for no inventory in a folder of them.
constexpr std::array kOtherEndings = {".pyc", ".pyo", ".swp",  ".bak", ".rpm",   ".md",
                                      ".txt", ".rst", ".orig", ".cfg", ".retry", ".ini"};

template <class Endings>
bool ends_like(const fs::path& path, const Endings& endings) {
  return std::find(endings.begin(), endings.end(), path.extension().string()) != endings.end();
}

std::string below(const std::string& folder, const fs::path& file) {
  return (fs::path(folder) / file).generic_string();
}

bool is_folder(const Folder& folder, const fs::path& name = {}) {
  const auto status = folder.files().status((folder / name).path());
  return status && status->type == EntryType::kFolder;
}

// Names in a folder; none of one that cannot be read.
std::vector<std::string> names_in(const Folder& folder, const std::string& shown, Reading& reading) {
  std::vector<std::string> all;
  const auto entries = folder.list(kMostEntries);
  if (!entries) return all;
  if (entries->size() > kMostEntries) {
    reading.diagnostics.add(
        Diagnostic(Code::kInventorySource, shown + " holds more than " + std::to_string(kMostEntries) + " entries"));
    return all;
  }
  for (const FolderEntry& entry : *entries) {
    if (!entry.name.starts_with('.') && !entry.name.ends_with('~')) all.push_back(entry.name);
  }
  return all;
}

class AnsibleReader {
 public:
  AnsibleReader(Found& found, Reading& reading) : found_(found), reading_(reading) {}

  void file(const Folder& folder, const fs::path& path, const std::string& name, const SourceSpan& asked_at) {
    Result<std::string> text = folder.read(path, kMaxFile);
    if (!text) {
      reading_.diagnostics.add(Error(text.error()).at(asked_at).diagnostic());
      return;
    }
    if (ends_like(path, kYamlEndings)) {
      reading_.sources.add(name, *text);
      return read_ansible_yaml(name, *text, found_, reading_);
    }
    if (const auto status = folder.status(path); status && status->executable && text->starts_with("#!")) {
      reading_.diagnostics.add(Diagnostic(Code::kInventorySource, name + " is a program, not an inventory")
                                   .at(asked_at, "a file to read is wanted here")
                                   .with_hint("name it as `command: [./" + path.filename().string() + ", --list]`"));
      return;
    }
    if (!is_text(name, *text, reading_)) return;
    reading_.sources.add(name, *text);
    read_ansible_ini(name, *text, found_, reading_);
  }

  void folder(const Folder& all, const std::string& name, const SourceSpan& asked_at, int depth = 0) {
    for (const fs::path leaf : names_in(all, name, reading_)) {
      if (leaf == "group_vars" || leaf == "host_vars" || ends_like(leaf, kOtherEndings)) continue;
      if (!goes_on(name, asked_at, depth)) return;
      if (is_folder(all, leaf)) {
        folder(all / leaf, below(name, leaf), asked_at, depth + 1);
      } else {
        file(all, leaf, below(name, leaf), asked_at);
      }
    }
  }

 private:
  // A folder that is no folder of inventories, such as all of a disk, is told to be none before all of it was read.
  bool goes_on(const std::string& name, const SourceSpan& asked_at, int depth) {
    if (reading_.diagnostics.error_count() > errors_ + kMostErrors) return false;
    if (++looked_at_ <= kMostFiles && depth <= kDeepestFolder) return true;
    if (!told_)
      reading_.diagnostics.add(
          Diagnostic(Code::kInventorySource, name + " and what lies above it are too much for a folder of inventories")
              .at(asked_at, "at most " + std::to_string(kMostFiles) + " entries are read, " +
                                std::to_string(kDeepestFolder) + " folders deep"));
    told_ = true;
    return false;
  }

  Found& found_;
  Reading& reading_;
  const std::size_t errors_ = reading_.diagnostics.error_count();
  std::size_t looked_at_ = 0;
  bool told_ = false;
};

// The files of one group or host: the first of `web`, a folder or a file, `web.yml`, `web.yaml` and `web.json`.
class VariableFiles {
 public:
  VariableFiles(Folder folder, std::string name, Reading& reading)
      : folder_(std::move(folder)), name_(std::move(name)), reading_(reading), there_(is_folder(folder_)) {}

  std::vector<lang::Entry> of(const std::string& owner) {
    std::vector<lang::Entry> all;
    if (!there_ || owner.find('/') != std::string::npos) return all;
    for (const char* ending : {"", ".yml", ".yaml", ".json"}) {
      const std::string leaf = owner + ending;
      if (is_folder(folder_, leaf)) {
        if (*ending != '\0') continue;
        add_folder(folder_ / leaf, below(name_, leaf), all, 0);
      } else if (folder_.holds(leaf)) {
        add_file(folder_, leaf, below(name_, leaf), all);
      } else {
        continue;
      }
      break;
    }
    return all;
  }

 private:
  void add_folder(const Folder& folder, const std::string& name, std::vector<lang::Entry>& all, int depth) {
    if (depth > kDeepestFolder) return;
    for (const fs::path leaf : names_in(folder, name, reading_)) {
      if (is_folder(folder, leaf)) {
        if (!leaf.has_extension()) add_folder(folder / leaf, below(name, leaf), all, depth + 1);
      } else if (!leaf.has_extension() || ends_like(leaf, kYamlEndings)) {
        add_file(folder, leaf, below(name, leaf), all);
      }
    }
  }

  void add_file(const Folder& folder, const fs::path& leaf, const std::string& name, std::vector<lang::Entry>& all) {
    const Result<std::string> text = folder.read(leaf, kMaxFile);
    if (!text) {
      reading_.diagnostics.add(text.error().diagnostic());
      return;
    }
    reading_.sources.add(name, *text);
    for (lang::Entry& one : read_variables(name, *text, reading_)) put(all, std::move(one));
  }

  Folder folder_;
  std::string name_;
  Reading& reading_;
  bool there_ = false;
};

}  // namespace

void read_beside(const Folder& folder, const std::string& name, Found& found, Reading& reading) {
  VariableFiles of_groups(folder / "group_vars", below(name, "group_vars"), reading);
  const SourceSpan nowhere{below(name, "group_vars"), 0, 0, 0, 0};
  found.group(kAll, nowhere);
  for (auto& [group, one] : found.groups) {
    for (lang::Entry& variable : of_groups.of(group)) put(one.beside.variables, std::move(variable));
  }
  VariableFiles of_hosts(folder / "host_vars", below(name, "host_vars"), reading);
  for (auto& [host, one] : found.hosts) {
    const std::string& owner = one.written.empty() ? host : one.written;
    for (lang::Entry& variable : of_hosts.of(owner)) put(one.said.variables, std::move(variable));
  }
}

std::optional<Found> read_ansible(const Folder& folder, const fs::path& path, const std::string& name,
                                  const SourceSpan& asked_at, Reading& reading) {
  const std::size_t before = reading.diagnostics.error_count();
  Found found;
  AnsibleReader reader(found, reading);
  const bool many = is_folder(folder, path);
  if (many) {
    reader.folder(folder / path, name, asked_at);
  } else {
    reader.file(folder, path, name, asked_at);
  }
  if (reading.diagnostics.error_count() != before) return std::nullopt;
  settle_ports(found, reading);
  settle_ungrouped(found);
  read_beside(folder / (many ? path : path.parent_path()), many ? name : fs::path(name).parent_path().generic_string(),
              found, reading);
  take_connection_variables(found, reading);
  if (reading.diagnostics.error_count() != before) return std::nullopt;
  return found;
}

}  // namespace plumb::inventory
