#include "engine/inventory/ansible_files.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

#include "engine/base/file.h"
#include "engine/inventory/ansible_ini.h"
#include "engine/inventory/ansible_settings.h"
#include "engine/inventory/ansible_yaml.h"
#include "engine/inventory/host_pattern.h"

namespace plumb::inventory {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = std::size_t{16} << 20;
constexpr int kDeepest = 8;
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

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with('.') && !name.ends_with('~')) all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

class AnsibleReader {
 public:
  AnsibleReader(Found& found, Reading& reading) : found_(found), reading_(reading) {}

  void file(const fs::path& path, const std::string& name, const SourceSpan& asked_at) {
    Result<std::string> text = read_file(path, kMaxFile);
    if (!text) {
      reading_.diagnostics.add(Error(text.error()).at(asked_at).diagnostic());
      return;
    }
    if (ends_like(path, kYamlEndings)) {
      reading_.sources.add(name, *text);
      return read_ansible_yaml(name, *text, found_, reading_);
    }
    if (access(path.c_str(), X_OK) == 0 && text->starts_with("#!")) {
      reading_.diagnostics.add(Diagnostic(Code::kInventorySource, name + " is a program, not an inventory")
                                   .at(asked_at, "a file to read is wanted here")
                                   .with_hint("name it as `command: [./" + path.filename().string() + ", --list]`"));
      return;
    }
    if (!is_text(name, *text, reading_)) return;
    reading_.sources.add(name, *text);
    read_ansible_ini(name, *text, found_, reading_);
  }

  void folder(const fs::path& path, const std::string& name, const SourceSpan& asked_at) {
    for (const fs::path& entry : sorted_entries(path)) {
      const fs::path leaf = entry.filename();
      std::error_code ignored;
      if (leaf == "group_vars" || leaf == "host_vars" || ends_like(leaf, kOtherEndings)) continue;
      if (fs::is_directory(entry, ignored)) {
        folder(entry, below(name, leaf), asked_at);
      } else {
        file(entry, below(name, leaf), asked_at);
      }
    }
  }

 private:
  Found& found_;
  Reading& reading_;
};

// The files of one group or host: the first of `web`, a folder or a file, `web.yml`, `web.yaml` and `web.json`.
class VariableFiles {
 public:
  VariableFiles(fs::path folder, std::string name, Reading& reading)
      : folder_(std::move(folder)), name_(std::move(name)), reading_(reading) {
    std::error_code ignored;
    there_ = fs::is_directory(folder_, ignored);
  }

  std::vector<lang::Entry> of(const std::string& owner) {
    std::vector<lang::Entry> all;
    if (!there_ || owner.find('/') != std::string::npos) return all;
    for (const char* ending : {"", ".yml", ".yaml", ".json"}) {
      const std::string leaf = owner + ending;
      std::error_code ignored;
      if (fs::is_directory(folder_ / leaf, ignored)) {
        if (*ending != '\0') continue;
        add_folder(folder_ / leaf, below(name_, leaf), all, 0);
      } else if (fs::exists(folder_ / leaf, ignored)) {
        add_file(folder_ / leaf, below(name_, leaf), all);
      } else {
        continue;
      }
      break;
    }
    return all;
  }

 private:
  void add_folder(const fs::path& folder, const std::string& name, std::vector<lang::Entry>& all, int depth) {
    if (depth > kDeepest) return;
    for (const fs::path& path : sorted_entries(folder)) {
      const fs::path leaf = path.filename();
      std::error_code ignored;
      if (fs::is_directory(path, ignored)) {
        if (!leaf.has_extension()) add_folder(path, below(name, leaf), all, depth + 1);
      } else if (!leaf.has_extension() || ends_like(leaf, kYamlEndings)) {
        add_file(path, below(name, leaf), all);
      }
    }
  }

  void add_file(const fs::path& path, const std::string& name, std::vector<lang::Entry>& all) {
    const Result<std::string> text = read_file(path, kMaxFile);
    if (!text) {
      reading_.diagnostics.add(text.error().diagnostic());
      return;
    }
    reading_.sources.add(name, *text);
    for (lang::Entry& one : read_variables(name, *text, reading_)) put(all, std::move(one));
  }

  fs::path folder_;
  std::string name_;
  Reading& reading_;
  bool there_ = false;
};

}  // namespace

void read_beside(const fs::path& folder, const std::string& name, Found& found, Reading& reading) {
  VariableFiles of_groups(folder / "group_vars", below(name, "group_vars"), reading);
  const SourceSpan nowhere{below(name, "group_vars"), 0, 0, 0, 0};
  found.group(kAll, nowhere);
  for (auto& [group, one] : found.groups) {
    for (lang::Entry& variable : of_groups.of(group)) put(one.beside.variables, std::move(variable));
  }
  VariableFiles of_hosts(folder / "host_vars", below(name, "host_vars"), reading);
  for (auto& [host, one] : found.hosts) {
    for (lang::Entry& variable : of_hosts.of(host)) put(one.said.variables, std::move(variable));
  }
}

std::optional<Found> read_ansible(const fs::path& path, const std::string& name, const SourceSpan& asked_at,
                                  Reading& reading) {
  const std::size_t before = reading.diagnostics.error_count();
  Found found;
  AnsibleReader reader(found, reading);
  std::error_code ignored;
  const bool folder = fs::is_directory(path, ignored);
  if (folder) {
    reader.folder(path, name, asked_at);
  } else {
    reader.file(path, name, asked_at);
  }
  if (reading.diagnostics.error_count() != before) return std::nullopt;
  settle_ungrouped(found);
  read_beside(folder ? path : path.parent_path(), folder ? name : fs::path(name).parent_path().generic_string(), found,
              reading);
  take_connection_variables(found, reading);
  if (reading.diagnostics.error_count() != before) return std::nullopt;
  return found;
}

}  // namespace plumb::inventory
