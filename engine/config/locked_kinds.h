// The kinds that a project has by a lock that is not written yet.
#pragma once

#include "engine/base/files.h"
#include "engine/config/module_lock.h"
#include "engine/config/module_store.h"
#include "engine/lang/source.h"
#include "providers/sdk/kind.h"

namespace plumb::config {

// As read_project_providers() and with_providers() do, where plumb.lock is what `lock` says.
Registry locked_kinds(const Folder& project, const Registry& builtin, const ModuleLock& lock, Diagnostics& diagnostics,
                      lang::SourceMap& sources);

}  // namespace plumb::config
