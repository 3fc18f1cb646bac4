// How a `use` is resolved to a folder: one of the project's, or one of the store's where a module comes from git.

#include "engine/config/body.h"
#include "engine/config/document.h"
#include "engine/config/module_reader.h"

namespace plumb::config {
namespace {

using lang::Node;
namespace fs = std::filesystem;

// "modules/./web/" -> "modules/web"
std::string normal(const fs::path& path) {
  const std::string folder = (path / "").lexically_normal().parent_path().generic_string();
  return folder == "." ? std::string() : folder;
}

bool is_folder(const std::string& text) {
  return text.starts_with("./") || text.starts_with("../");
}

bool leads_out(const std::string& folder) {
  return folder == ".." || folder.starts_with("../");
}

bool is_below(const std::string& folder, const std::string& above) {
  return folder == above || folder.starts_with(above + "/");
}

// Where a module lies whose bare name was given, as the user would write it.
std::optional<std::string> folder_of_name(const ModuleFolder& user, const std::string& name) {
  if (name.empty() || name.find_first_of("/:\n") != std::string::npos) return std::nullopt;
  for (const char* place : {"", "modules/", "../"}) {
    const std::string folder = normal(fs::path(user.relative) / (place + name));
    if (!leads_out(folder) && has_document(user.project / folder, kModuleFile))
      return (std::string(place) == "../" ? "" : "./") + (place + name);
  }
  return std::nullopt;
}

}  // namespace

std::shared_ptr<const Module> ModuleReader::use(const Node& source, const ModuleFolder& user, const std::string& name) {
  if (source.is_map()) {
    const std::optional<GitSource> git = read_git_source(source, diagnostics_);
    return git ? use_git(*git, source.span, name) : nullptr;
  }
  if (!source.is_scalar()) return nullptr;
  if (!is_folder(source.text)) {
    std::string hint = "a git repository is written {git: URL, commit: SHA}";
    if (const std::optional<std::string> meant = folder_of_name(user, source.text)) hint = "say " + *meant;
    report(Code::kModuleSource, "`" + source.text + "` is not a module's folder", source.span,
           "expected ./FOLDER, relative to this module", hint);
    return nullptr;
  }
  const std::string folder = normal(fs::path(user.relative) / source.text);
  if (const Checkout* checkout = checkout_of(user.relative)) return use_beside(*checkout, folder, source.span, name);
  return use_folder(folder, source.span);
}

std::set<std::string> ModuleReader::folders_used(const Node& resources, const ModuleFolder& user) const {
  std::set<std::string> folders;
  if (checkout_of(user.relative) != nullptr) return folders;
  for (const Node* use : uses_in(resources)) {
    const Node& source = use->entries.front().value;
    if (!is_folder(source.text)) continue;
    const std::string folder = normal(fs::path(user.relative) / source.text);
    if (!leads_out(folder) && !is_in_module_store(folder) && !modules_.contains(folder)) folders.insert(folder);
  }
  return folders;
}

std::shared_ptr<const Module> ModuleReader::use_folder(const std::string& folder, const SourceSpan& used_at) {
  if (leads_out(folder)) {
    report(Code::kOutsideProject, "a module must lie in the project folder", used_at, "this leads out of it");
    return nullptr;
  }
  // What lies in the store is read by its lock alone.
  if (is_in_module_store(folder)) {
    report(Code::kModuleSource, "modules from git are not used by where they are kept", used_at,
           "expected {git: URL, commit: SHA}");
    return nullptr;
  }
  return read_folder(folder, used_at);
}

// Another folder of the repository that the user comes from. One that the user's digest does not reach has its own, and
// is of the same commit.
std::shared_ptr<const Module> ModuleReader::use_beside(const Checkout& user, const std::string& folder,
                                                       const SourceSpan& used_at, const std::string& name) {
  if (is_below(folder, user.folder)) return read_folder(folder, used_at);
  const std::string repository = checkout_folder(user.source, user.commit);
  if (!is_below(folder, repository)) {
    report(Code::kOutsideProject, "a module must lie in the repository of the module that uses it", used_at,
           "this leads out of it");
    return nullptr;
  }
  const std::string path = folder == repository ? "" : folder.substr(repository.size() + 1);
  return use_git({user.source.url, path, {}, user.commit}, used_at, name);
}

std::shared_ptr<const Module> ModuleReader::use_git(const GitSource& source, const SourceSpan& used_at,
                                                    const std::string& name) {
  const ModuleLock* locks = lock();
  if (locks == nullptr) return nullptr;
  const auto found = locks->find(source);
  const LockedModule* locked = found == locks->end() ? nullptr : &found->second;
  const auto [state, first] = states_.try_emplace(source, ModuleState::kUnlocked);
  if (first && locked != nullptr) state->second = state_in_store(project_, source, *locked);
  git_uses_.push_back({name, source, used_at, state->second, {}});
  if (state->second != ModuleState::kReady) {
    report_git(git_uses_.back(), locked);
    return nullptr;
  }
  const std::string folder = module_folder(source, locked->commit);
  git_uses_.back().folder = folder;
  git_uses_.back().digest = locked->digest;
  checkouts_.emplace(folder, Checkout{source, locked->commit, folder});
  return read_folder(folder, used_at);
}

void ModuleReader::report_git(const GitUse& use, const LockedModule* locked) {
  const std::string what = "the module `" + use.source.name() + "`";
  switch (use.state) {
    case ModuleState::kReady:
      return;
    case ModuleState::kUnlocked:
      return report(Code::kModuleLock, what + " is not locked", use.used_at,
                    use.source.ref.empty() ? "plumb.lock does not hold this commit of it"
                                           : "plumb.lock holds no commit for this ref",
                    "run `plumb module update`, and keep plumb.lock in git");
    case ModuleState::kMissing:
      return report(Code::kModuleFetch, what + " is not here yet", use.used_at,
                    "expected in " + module_folder(use.source, locked->commit), "run `plumb module fetch`");
    case ModuleState::kChanged:
      return report(Code::kModuleLock, what + " is not the one that plumb.lock holds", use.used_at,
                    module_folder(use.source, locked->commit) + " was changed",
                    "`plumb module fetch` brings what is locked again");
  }
}

const ModuleLock* ModuleReader::lock() {
  if (!lock_ && !lock_broken_) {
    lock_ = read_module_lock(project_, diagnostics_, sources_);
    lock_broken_ = !lock_;
  }
  return lock_ ? &*lock_ : nullptr;
}

const ModuleReader::Checkout* ModuleReader::checkout_of(const std::string& folder) const {
  for (std::string above = folder; !above.empty(); above = fs::path(above).parent_path().generic_string()) {
    if (const auto found = checkouts_.find(above); found != checkouts_.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace plumb::config
