#include "engine/cases/find_cases.h"

#include <algorithm>
#include <map>

#include "engine/config/module_store.h"

namespace plumb::cases {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostEntries = 10'000;  // of one folder

void gather(const config::Module& module, std::map<std::string, const config::Module*>& modules) {
  if (!modules.emplace(module.folder, &module).second) return;
  for (const auto& entry : module.body) {
    const auto* call = std::get_if<config::ModuleCall>(&entry);
    if (call != nullptr && call->written->module != nullptr) gather(*call->written->module, modules);
  }
}

}  // namespace

std::vector<CaseFile> find_cases(const config::Project& project) {
  std::map<std::string, const config::Module*> modules;
  gather(project.root, modules);
  std::vector<CaseFile> files;
  for (const auto& [folder, module] : modules) {
    if (config::is_in_module_store(folder)) continue;
    const Folder tests = project.place() / folder / "tests";
    const auto entries = tests.list(kMostEntries);
    if (!entries) continue;
    for (const FolderEntry& entry : *entries) {
      const auto status = tests.status(entry.name);
      if (!entry.name.ends_with(".yaml") || !status || status->type != EntryType::kFile) continue;
      const fs::path path = fs::path(folder) / "tests" / entry.name;
      files.push_back({path.generic_string(), module});
    }
  }
  std::sort(files.begin(), files.end(), [](const CaseFile& a, const CaseFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace plumb::cases
