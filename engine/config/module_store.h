// Where modules from git lie: .plumb/modules of the project, one folder a commit. What lies there counts only as far as
// its digest is the one that plumb.lock holds.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/files.h"
#include "engine/base/result.h"
#include "engine/config/module_lock.h"

namespace plumb::config {

// Relative to the project.
inline constexpr std::string_view kModuleStore = ".plumb/modules";

// Bounds of what one commit may hold.
inline constexpr std::size_t kMostModuleFiles = 20'000;
inline constexpr std::size_t kMostModuleBytes = std::size_t{256} << 20;

// The signature of a module or provider, in its folder. It is over the digest, and so no part of it.
inline constexpr std::string_view kModuleSignature = "module.sig";
inline constexpr std::string_view kProviderSignature = "provider.sig";

// Folders of a repository's commit and of a module in it, relative to the project.
std::string checkout_folder(const GitSource& source, const std::string& commit);
std::string module_folder(const GitSource& source, const std::string& commit);
bool is_in_module_store(std::string_view folder);

// SHA-256 over the canonical JSON of a sorted list: of every file below `folder` its name, whether it is executable,
// and the digest of its bytes; of every link its name and target. Folders without files, times, owners and other modes
// do not count, nor do signatures in the folder itself, and its `.git`, which no checkout has. An error (kModuleLock)
// where a link leads out of the folder, where there is something else than files, folders and links, and beyond the
// bounds.
Result<std::string> folder_digest(const Folder& folder);
// The same of a module in a checkout, which no link on the way to it may lead out of.
Result<std::string> module_digest(const Folder& checkout, const std::string& path);

enum class ModuleState {
  kReady,
  kUnlocked,  // plumb.lock does not hold it
  kMissing,   // it is not in the store
  kChanged,   // what is in the store has another digest
};

// Of a module that is locked.
ModuleState state_in_store(const Folder& project, const GitSource& source, const LockedModule& locked);

}  // namespace plumb::config
