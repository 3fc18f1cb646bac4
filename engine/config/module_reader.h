// Reads modules: the project's root file or a module.yaml, with what they include and use.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/config/declaration.h"
#include "engine/config/kept_project.h"
#include "engine/config/module.h"
#include "engine/config/module_file.h"
#include "engine/config/module_lock.h"
#include "engine/config/module_store.h"
#include "engine/lang/source.h"

namespace plumb::config {

inline constexpr std::string_view kModuleFile = "module";

// One use of a module from git.
struct GitUse {
  std::string name;  // of the call
  GitSource source;
  SourceSpan used_at;
  ModuleState state = ModuleState::kReady;
  std::string folder;       // where it is, if it is ready
  std::string digest = {};  // that is locked, the same
};

// Reads each module folder once, however often it is used. Modules from git are read from the project's store, as far
// as they are what the lock holds; nothing is fetched.
class ModuleReader {
 public:
  // `lock` takes the place of the project's own.
  ModuleReader(Folder project, const Registry& kinds, Diagnostics& diagnostics, lang::SourceMap& sources,
               std::optional<ModuleLock> lock = {})
      : project_(std::move(project)),
        kinds_(kinds),
        rules_(kinds),
        diagnostics_(diagnostics),
        sources_(sources),
        lock_(std::move(lock)) {}

  // What stands as it stood is taken from there, and what is read is kept there for the next reader; null for nowhere.
  // `kept` outlives this, and the registry of kinds all who read with it.
  void keep_in(KeptProject* kept) { kept_ = kept; }

  // The project itself; `name` takes what it calls itself. False where there is no map to read. Of one that is broken
  // what can be read of it is there.
  bool read_root(Module& root, std::string& name);
  // The same for who does with the project what only the whole of it says: false of one that is broken, too.
  bool read_whole_root(Module& root, std::string& name);

  // The module in a folder of the project, used or not; null where it cannot be read.
  std::shared_ptr<const Module> module(const std::string& folder) { return read_folder(folder, {}); }

  // What the project says of it.
  const std::optional<Rollout>& rollout() const { return rollout_; }
  const std::optional<Retention>& retention() const { return retention_; }
  std::optional<std::int64_t> max_fact_age() const { return max_fact_age_; }
  const std::optional<TrustRules>& trust() const { return trust_; }
  const std::vector<PolicyBundle>& policy() const { return policy_; }
  const SecretStores& secrets() const { return secrets_; }

  // Every file that was read, relative to the project, sorted.
  const std::set<std::string>& files() const { return files_; }

  // Of those that could be read in part alone: the line from which on they could not.
  const std::map<std::string, int>& broken_files() const { return broken_files_; }

  // Every use of a module from git that was met, in the order of reading.
  const std::vector<GitUse>& git_uses() const { return git_uses_; }

 private:
  class Document;
  // Of the module in a folder; null where nothing is kept.
  KeptModule* kept(const std::string& folder) const { return kept_ == nullptr ? nullptr : &kept_->module(folder); }
  // A module from git that is read, or being read, with the folder that its digest is of.
  struct Checkout {
    GitSource source;
    std::string commit;
    std::string folder;
  };
  std::shared_ptr<const Module> use(const lang::Node& source, const ModuleFolder& user, const std::string& name);
  std::shared_ptr<const Module> use_folder(const std::string& folder, const SourceSpan& used_at);
  std::shared_ptr<const Module> use_beside(const Checkout& user, const std::string& folder, const SourceSpan& used_at,
                                           const std::string& name);
  std::shared_ptr<const Module> use_git(const GitSource& source, const SourceSpan& used_at, const std::string& name);
  void report_git(const GitUse& use, const LockedModule* locked);
  // The lock, read when it is first asked for; null after its errors were told.
  const ModuleLock* lock();
  const Checkout* checkout_of(const std::string& folder) const;
  std::shared_ptr<const Module> read_folder(const std::string& folder, const SourceSpan& used_at);
  // `name` is that of its first file, in the folder.
  std::shared_ptr<const Module> read_module(const std::string& folder, const std::string& name);
  ModuleFile read_file(const std::string& name, FileShape shape, const std::optional<SourceSpan>& asked_at);
  // A module that was read and checked ahead of its use, with all that was found on the way.
  struct Prepared {
    std::shared_ptr<const Module> module;
    std::set<std::string> files;
    std::map<std::string, int> broken_files;
    Diagnostics diagnostics;
    lang::SourceMap sources;
  };
  // Takes what was prepared of the folder, if it was.
  bool take_prepared(const std::string& folder);
  // A module of one file that uses no other; nothing for any other file.
  std::optional<Prepared> prepare(const ModuleFolder& folder, const std::string& name, ModuleFile& file) const;
  // Reads modules on all cores that read_folder() will ask for, each once, and checks those that stand alone.
  void prepare_all(const std::set<std::string>& folders);
  // Reads files on all cores that read_file() will ask for. One that it does not ask for leaves no trace.
  void read_ahead(const std::set<std::string>& names, FileShape shape, const std::optional<SourceSpan>& asked_at);
  // The folders of the modules that these resources use and that were not read yet; those from git are left out.
  std::set<std::string> folders_used(const lang::Node& resources, const ModuleFolder& user) const;
  void report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {});

  Folder project_;
  const Registry& kinds_;
  KindRules rules_;
  std::shared_ptr<FileRules> file_rules_ = std::make_shared<FileRules>();  // readers that this one makes have it too
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  std::set<std::string> files_;
  std::map<std::string, int> broken_files_;
  std::map<std::pair<std::string, FileShape>, ModuleFile> ahead_;
  std::map<std::string, Prepared> prepared_;                      // by folder
  std::set<std::string> ahead_folders_;                           // that prepare_all() was asked for
  std::map<std::string, std::shared_ptr<const Module>> modules_;  // by folder
  std::vector<std::string> open_;                                 // folders being read, outermost first
  std::optional<ModuleLock> lock_;
  bool lock_broken_ = false;
  std::map<std::string, Checkout> checkouts_;  // by folder
  std::map<GitSource, ModuleState> states_;
  std::vector<GitUse> git_uses_;
  std::optional<Rollout> rollout_;
  std::optional<Retention> retention_;
  std::optional<std::int64_t> max_fact_age_;
  std::optional<TrustRules> trust_;
  std::vector<PolicyBundle> policy_;
  SecretStores secrets_;
  KeptProject* kept_ = nullptr;
};

}  // namespace plumb::config
