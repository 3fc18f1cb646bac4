#include "engine/config/module_update.h"

#include <algorithm>
#include <functional>
#include <set>
#include <system_error>
#include <utility>

#include "engine/base/file.h"
#include "engine/base/nearest.h"
#include "engine/base/random.h"
#include "engine/config/locked_kinds.h"
#include "engine/config/module_git.h"
#include "engine/config/module_reader.h"
#include "engine/config/project_files.h"
#include "engine/config/project_providers.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;

// Looks at the files that git brought before they go to the store.
using Accept = std::function<Result<>(const Folder& tree)>;

// A folder for what is under way, gone when this is.
class WorkFolder {
 public:
  explicit WorkFolder(fs::path path) : path_(std::move(path)) {}
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Result<> bring(const Folder& project, const GitSource& source, const std::string& commit, const Accept& accept) {
  const WorkFolder work(project.path() / kModuleStore / (".new-" + random_hex(6)));
  std::error_code error;
  fs::create_directories(work.path(), error);
  if (error) return fail(Code::kWriteFailed, "cannot make " + work.path().string() + ": " + error.message());
  PLUMB_TRY(fetch_commit(Folder(project.files(), work.path()), source.url, commit));
  const fs::path tree = work.path() / "tree";
  PLUMB_TRY(accept(Folder(project.files(), tree)));
  const fs::path place = project.path() / checkout_folder(source, commit);
  if (fs::exists(fs::symlink_status(place, error))) fs::rename(place, work.path() / "old", error);
  fs::rename(tree, place, error);
  if (error) return fail(Code::kWriteFailed, "cannot make " + place.string() + ": " + error.message());
  return {};
}

Result<> expect_locked(const Folder& tree, const GitSource& source, const LockedModule& locked) {
  const Result<std::string> found = module_digest(tree, source.path);
  if (found && *found == locked.digest) return {};
  return fail(Code::kModuleLock, "the module `" + source.name() + "` of " + source.url +
                                     (found ? " has another digest than plumb.lock holds for it"
                                            : " cannot be taken: " + found.error().summary()))
      .hint("a commit never changes, so plumb.lock was changed: see its history in git");
}

class Update {
 public:
  Update(const Folder& project, const std::vector<std::string>& names, const Registry& kinds, Diagnostics& diagnostics,
         lang::SourceMap& sources)
      : project_(project), names_(names), kinds_(kinds), diagnostics_(diagnostics), sources_(sources) {}

  std::optional<std::vector<UpdatedModule>> run() {
    std::optional<ModuleLock> old = read_module_lock(project_, diagnostics_, sources_);
    if (!old) return std::nullopt;
    old_ = std::move(*old);
    // Each round reaches the modules that those of the one before use, and has the kinds of the providers that it
    // brought.
    bool more = true;
    while (more) {
      Diagnostics found;
      const Registry kinds = locked_kinds(project_, built_in(kinds_), lock_, found, sources_);
      ModuleReader reader(project_, kinds, found, sources_, lock_);
      Module root;
      std::string name;
      const bool good = reader.read_whole_root(root, name);
      more = good && lock_what_is_new(reader.git_uses());
      if (diagnostics_.has_errors()) return std::nullopt;
      if (more) continue;
      errors_ = found.has_errors();
      diagnostics_.extend(std::move(found));
      if (!good) return std::nullopt;
    }
    if (!names_are_known()) return std::nullopt;
    return finish();
  }

 private:
  bool lock_what_is_new(const std::vector<GitUse>& uses) {
    bool any = false;
    for (const GitUse& use : uses) {
      known_names_.insert(use.name);
      known_names_.insert(use.source.name());
      if (!seen_.insert(use.source).second) continue;
      any = true;
      Result<LockedModule> locked = lock_one(use);
      if (locked) {
        lock_.emplace(use.source, std::move(*locked));
        continue;
      }
      Diagnostic diagnostic = locked.error().diagnostic();
      if (!diagnostic.span) diagnostic.span = use.used_at;
      diagnostics_.add(std::move(diagnostic));
    }
    return any;
  }

  bool moves(const GitUse& use) const {
    const auto named = [&](const std::string& name) {
      return std::find(names_.begin(), names_.end(), name) != names_.end();
    };
    return names_.empty() || named(use.name) || named(use.source.name());
  }

  Result<LockedModule> lock_one(const GitUse& use) {
    const GitSource& source = use.source;
    const auto known = old_.find(source);
    const bool keeps = known != old_.end() && (source.ref.empty() || !moves(use));
    std::string commit = keeps ? known->second.commit : source.commit;
    if (commit.empty()) {
      PLUMB_TRY_ASSIGN(commit, newest(source));
    }
    if (known != old_.end() && known->second.commit == commit) return keep(source, known->second);
    return lock_anew(source, commit);
  }

  // Two modules of one ref are of one commit, even if the ref moves meanwhile.
  Result<std::string> newest(const GitSource& source) {
    const std::pair<std::string, std::string> key(source.url, source.ref);
    if (const auto asked = newest_.find(key); asked != newest_.end()) return asked->second;
    PLUMB_TRY_ASSIGN(std::string commit, remote_commit(project_.files(), source.url, source.ref));
    return newest_[key] = std::move(commit);
  }

  Result<LockedModule> keep(const GitSource& source, const LockedModule& locked) {
    if (state_in_store(project_, source, locked) == ModuleState::kReady) return locked;
    PLUMB_TRY(bring(project_, source, locked.commit,
                    [&](const Folder& tree) { return expect_locked(tree, source, locked); }));
    return locked;
  }

  // Nothing vouches for what the store holds already, so it is brought again: once for all modules of a commit.
  Result<LockedModule> lock_anew(const GitSource& source, const std::string& commit) {
    LockedModule locked{commit, {}};
    const Accept accept = [&](const Folder& tree) -> Result<> {
      Result<std::string> found = module_digest(tree, source.path);
      if (!found)
        return fail(Code::kModuleFetch,
                    "the module `" + source.name() + "` cannot be taken: " + found.error().summary());
      locked.digest = std::move(*found);
      return {};
    };
    const std::string folder = checkout_folder(source, commit);
    if (brought_.contains({source.url, commit})) {
      PLUMB_TRY(accept(project_ / folder));
      return locked;
    }
    PLUMB_TRY(bring(project_, source, commit, accept));
    brought_.insert({source.url, commit});
    return locked;
  }

  bool names_are_known() {
    for (const std::string& name : names_) {
      if (known_names_.contains(name)) continue;
      const std::vector<std::string> known(known_names_.begin(), known_names_.end());
      const std::string near = nearest(name, known);
      diagnostics_.add(
          Diagnostic(Code::kUsage, "no module from git is called `" + name + "`")
              .with_hint(near.empty() ? "`plumb module list` shows them" : "did you mean `" + near + "`?"));
    }
    return std::all_of(names_.begin(), names_.end(),
                       [&](const std::string& name) { return known_names_.contains(name); });
  }

  std::optional<std::vector<UpdatedModule>> finish() {
    if (errors_) lock_.insert(old_.begin(), old_.end());
    if (lock_ != old_) {
      if (const Result<> written = write_file(project_.path() / kLockFile, module_lock_text(lock_)); !written) {
        diagnostics_.add(written.error().diagnostic());
        return std::nullopt;
      }
    }
    std::map<GitSource, UpdatedModule> all;
    for (const auto& [source, locked] : old_) all[source] = {source, locked, std::nullopt};
    for (const auto& [source, locked] : lock_) {
      all[source].source = source;
      all[source].after = locked;
    }
    std::vector<UpdatedModule> updated;
    updated.reserve(all.size());
    for (auto& [source, module] : all) updated.push_back(std::move(module));
    return updated;
  }

  Folder project_;
  const std::vector<std::string>& names_;
  const Registry& kinds_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  ModuleLock old_;
  ModuleLock lock_;
  bool errors_ = false;
  std::set<GitSource> seen_;
  std::set<std::string> known_names_;
  std::map<std::pair<std::string, std::string>, std::string> newest_;  // by URL and ref
  std::set<std::pair<std::string, std::string>> brought_;              // URLs and commits
};

}  // namespace

std::optional<std::vector<ListedModule>> list_modules(const Folder& project, const Registry& kinds,
                                                      Diagnostics& diagnostics, lang::SourceMap& sources) {
  const std::optional<ModuleLock> lock = read_module_lock(project, diagnostics, sources);
  if (!lock) return std::nullopt;
  std::map<GitSource, ListedModule> modules;
  for (const auto& [source, locked] : *lock)
    modules[source] = {source, locked, state_in_store(project, source, locked), {}};
  Diagnostics found;
  ModuleReader reader(project, kinds, found, sources, lock);
  Module root;
  std::string name;
  if (!reader.read_whole_root(root, name)) {
    diagnostics.extend(std::move(found));
    return std::nullopt;
  }
  for (const GitUse& use : reader.git_uses()) {
    ListedModule& module = modules[use.source];
    module.source = use.source;
    module.used_at.push_back(use.used_at);
  }
  std::vector<ListedModule> listed;
  listed.reserve(modules.size());
  for (auto& [source, module] : modules) listed.push_back(std::move(module));
  return listed;
}

std::vector<FetchedModule> fetch_modules(const Folder& project, const ModuleLock& lock, Diagnostics& diagnostics) {
  std::map<std::string, std::vector<FetchedModule>> checkouts;
  for (const auto& [source, locked] : lock)
    checkouts[checkout_folder(source, locked.commit)].push_back({source, locked, false});
  std::vector<FetchedModule> fetched;
  for (auto& [folder, modules] : checkouts) {
    const bool whole = std::all_of(modules.begin(), modules.end(), [&](const FetchedModule& module) {
      return state_in_store(project, module.source, module.locked) == ModuleState::kReady;
    });
    if (!whole) {
      const auto accept = [&wanted = modules](const Folder& tree) -> Result<> {
        for (const FetchedModule& module : wanted) PLUMB_TRY(expect_locked(tree, module.source, module.locked));
        return {};
      };
      const FetchedModule& first = modules.front();
      if (const Result<> done = bring(project, first.source, first.locked.commit, accept); !done) {
        diagnostics.add(done.error().diagnostic());
        continue;
      }
      for (FetchedModule& module : modules) module.brought = true;
    }
    fetched.insert(fetched.end(), modules.begin(), modules.end());
  }
  return fetched;
}

std::optional<std::vector<UpdatedModule>> update_modules(const Folder& project, const std::vector<std::string>& names,
                                                         const Registry& kinds, Diagnostics& diagnostics,
                                                         lang::SourceMap& sources) {
  return Update(project, names, kinds, diagnostics, sources).run();
}

}  // namespace plumb::config
