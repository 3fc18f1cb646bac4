// `providers` of plumb.yaml: providers from outside, whose kinds a project has beside the built-in ones. They are read
// before anything else of the project, which is checked by their schemas.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/config/module_lock.h"
#include "engine/config/module_store.h"
#include "engine/lang/source.h"
#include "providers/outside/package.h"
#include "providers/sdk/kind.h"

namespace plumb::config {

struct ProjectProvider {
  std::string name;
  std::string folder;            // of the project; where it lies there if it comes from git, "" where it does not yet
  std::optional<GitSource> git;  // nothing where it is a folder of the project
  std::optional<LockedModule> locked = std::nullopt;
  SourceSpan span;
  std::shared_ptr<const outside::Package> package = nullptr;  // null where it cannot be used
};

// Of these kinds those of plumb's own.
Registry built_in(const Registry& kinds);

// In the order of the file; none where there is no project, or it cannot be read, which whoever loads it tells. What is
// wrong with providers is told here and nowhere else.
std::vector<ProjectProvider> read_project_providers(const Folder& project, const Registry& builtin,
                                                    Diagnostics& diagnostics, lang::SourceMap& sources);

// The built-in kinds and theirs, with schemas.
Registry with_providers(const Registry& builtin, const std::vector<ProjectProvider>& providers);

}  // namespace plumb::config
