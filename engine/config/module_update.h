// What `plumb module` does with the modules that a project takes from git.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/config/module_lock.h"
#include "engine/config/module_store.h"
#include "providers/sdk/kind.h"

namespace plumb::config {

struct ListedModule {
  GitSource source;
  std::optional<LockedModule> locked;
  ModuleState state = ModuleState::kUnlocked;
  std::vector<SourceSpan> used_at;  // empty: locked and not used
};

// Sorted by source. Nothing where the project or its lock cannot be read; other findings are for who validates.
std::optional<std::vector<ListedModule>> list_modules(const Folder& project, const Registry& kinds,
                                                      Diagnostics& diagnostics, lang::SourceMap& sources);

struct FetchedModule {
  GitSource source;
  LockedModule locked;
  bool brought = false;  // false: it was there already
};

// Brings what the lock holds and the store does not. What git brings and the lock does not hold stays out of the store.
// Each one that could not be brought is told, and the others come back.
std::vector<FetchedModule> fetch_modules(const Folder& project, const ModuleLock& lock, Diagnostics& diagnostics);

struct UpdatedModule {
  GitSource source;
  std::optional<LockedModule> before;
  std::optional<LockedModule> after;
};

// Locks and fetches what the project uses, through modules too. Refs lead to their newest commits: all of them, or
// those of the modules called `names`; other modules keep what is locked, and a commit that is locked never gets
// another digest. What is not used any more goes from the lock, unless the project has errors: then uses may be out of
// sight. Nothing where something could not be read or brought; the lock is then as it was. Findings in a project whose
// lock is written travel with the result.
std::optional<std::vector<UpdatedModule>> update_modules(const Folder& project, const std::vector<std::string>& names,
                                                         const Registry& kinds, Diagnostics& diagnostics,
                                                         lang::SourceMap& sources);

}  // namespace plumb::config
