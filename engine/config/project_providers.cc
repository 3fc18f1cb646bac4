#include "engine/config/project_providers.h"

#include <filesystem>
#include <utility>

#include "engine/config/document.h"
#include "engine/config/locked_kinds.h"
#include "engine/config/provider_package.h"
#include "engine/config/words.h"
#include "engine/lang/yaml.h"
#include "providers/outside/outside_provider.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;
using lang::Entry;
using lang::Node;

constexpr std::size_t kLargestRoot = std::size_t{8} << 20;
constexpr std::string_view kProvidersKey = "providers";

// Most projects have none, and are not read twice for that.
bool may_have_some(const Folder& project, const std::string& name) {
  const Result<std::string> text = project.read(name, kLargestRoot);
  return text && text->find(kProvidersKey) != std::string::npos;
}

class ProviderList {
 public:
  ProviderList(const Folder& project, const Registry& builtin, Diagnostics& diagnostics, lang::SourceMap& sources,
               std::optional<ModuleLock> lock)
      : project_(project), known_(builtin), diagnostics_(diagnostics), sources_(sources), lock_(std::move(lock)) {}

  std::vector<ProjectProvider> read(const Node& node) {
    for (const Entry& entry : node.entries) {
      if (entry.value.is_scalar()) {
        take_folder(entry);
      } else if (entry.value.is_map()) {
        take_git(entry);
      }
    }
    return std::move(providers_);
  }

 private:
  void report(Code code, const SourceSpan& span, std::string summary, std::string label, std::string hint = {}) {
    diagnostics_.add(Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
  }

  void take_folder(const Entry& entry) {
    ProjectProvider& provider = providers_.emplace_back();
    provider.name = entry.key;
    provider.span = entry.value.span;
    std::string path = fs::path(entry.value.text).lexically_normal().generic_string();
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (path.empty() || fs::path(path).is_absolute() || *fs::path(path).begin() == "..")
      return report(Code::kOutsideProject, provider.span, "a provider must lie in the project folder",
                    "expected a path in the project");
    const std::optional<FileStatus> status = project_.status(path);
    if (!status || status->type != EntryType::kFolder)
      return report(Code::kBadProvider, provider.span, "the provider `" + entry.key + "` is not there",
                    status ? "this is a file" : "there is no such folder");
    const std::optional<fs::path> real = project_.real(path);
    const std::optional<fs::path> root = project_.real();
    if (!real || !root || !is_within(*real, *root))
      return report(Code::kOutsideProject, provider.span, "a provider must lie in the project folder",
                    "a link leads out of it");
    provider.folder = std::move(path);
    read_package(provider);
  }

  void take_git(const Entry& entry) {
    const std::optional<GitSource> source = read_git_source(entry.value, diagnostics_);
    if (!source) return;
    ProjectProvider& provider = providers_.emplace_back();
    provider.name = entry.key;
    provider.span = entry.value.span;
    provider.git = *source;
    if (!lock_) lock_ = read_module_lock(project_, diagnostics_, sources_).value_or(ModuleLock{});
    const auto locked = lock_->find(*source);
    if (locked == lock_->end()) {
      return report(Code::kModuleLock, provider.span, "the provider `" + entry.key + "` is not locked",
                    "plumb.lock does not hold it",
                    "`plumb module update` locks and fetches what the project takes from git");
    }
    provider.locked = locked->second;
    switch (state_in_store(project_, *source, locked->second)) {
      case ModuleState::kReady:
        provider.folder = module_folder(*source, locked->second.commit);
        return read_package(provider);
      case ModuleState::kChanged:
        return report(Code::kModuleLock, provider.span, "the provider `" + entry.key + "` is not what plumb.lock holds",
                      "it was changed since it was fetched", "`plumb module fetch` brings it again");
      case ModuleState::kUnlocked:
      case ModuleState::kMissing:
        return report(Code::kModuleLock, provider.span, "the provider `" + entry.key + "` is not here yet",
                      "locked, and not fetched", "`plumb module fetch` brings it");
    }
  }

  void read_package(ProjectProvider& provider) {
    const std::size_t before = diagnostics_.error_count();
    Diagnostics found;
    auto package = read_provider_package(project_ / provider.folder, provider.folder, known_, found, sources_);
    for (Diagnostic one : found.sorted()) {
      if (!one.span) one.span = provider.span;
      diagnostics_.add(std::move(one));
    }
    if (package == nullptr || diagnostics_.error_count() != before) return;
    if (package->name != provider.name) {
      return report(Code::kBadProvider, provider.span,
                    "the provider `" + provider.name + "` calls itself `" + package->name + "`",
                    "its " + provider.folder + "/" + kProviderFile + " has another name",
                    "call it `" + package->name + "` here too");
    }
    for (Kind& kind : outside::kinds_of(package, false)) known_.add(std::move(kind));
    provider.package = std::move(package);
  }

  const Folder project_;
  Registry known_;  // so far
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  std::optional<ModuleLock> lock_;
  std::vector<ProjectProvider> providers_;
};

std::vector<ProjectProvider> read_all(const Folder& project, const Registry& builtin, std::optional<ModuleLock> lock,
                                      Diagnostics& diagnostics, lang::SourceMap& sources) {
  const std::string name = document_name(project, "plumb");
  if (!has_document(project, "plumb") || !may_have_some(project, name)) return {};
  // Whoever loads the project tells what is wrong with the file itself.
  Diagnostics untold;
  const std::optional<Node> root =
      read_document(project.files(), project.path() / name, name, std::nullopt, untold, sources);
  const Entry* providers = root && root->is_map() ? root->find(kProvidersKey) : nullptr;
  if (providers == nullptr || !providers->value.is_map()) return {};
  return ProviderList(project, builtin, diagnostics, sources, std::move(lock)).read(providers->value);
}

}  // namespace

std::vector<ProjectProvider> read_project_providers(const Folder& project, const Registry& builtin,
                                                    Diagnostics& diagnostics, lang::SourceMap& sources) {
  return read_all(project, builtin, std::nullopt, diagnostics, sources);
}

Registry locked_kinds(const Folder& project, const Registry& builtin, const ModuleLock& lock, Diagnostics& diagnostics,
                      lang::SourceMap& sources) {
  return with_providers(builtin, read_all(project, builtin, lock, diagnostics, sources));
}

Registry built_in(const Registry& kinds) {
  Registry own;
  own.managers() = kinds.managers();
  for (const Kind& kind : kinds.all()) {
    if (kind.package == nullptr) own.add(kind);
  }
  return own;
}

Registry with_providers(const Registry& builtin, const std::vector<ProjectProvider>& providers) {
  Registry all = builtin;
  for (const ProjectProvider& provider : providers) {
    if (provider.package == nullptr) continue;
    for (Kind& kind : outside::kinds_of(provider.package, true)) all.add(std::move(kind));
  }
  return all;
}

}  // namespace plumb::config
