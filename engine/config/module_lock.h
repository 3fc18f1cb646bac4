// plumb.lock: the commit and the digest of every module that comes from git. `plumb module update` makes it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "engine/base/diagnostic.h"
#include "engine/base/files.h"
#include "engine/base/result.h"
#include "engine/lang/source.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

inline constexpr std::string_view kLockFile = "plumb.lock";

// A module in a git repository, as configuration names it: by commit, or by a ref whose commit the lock holds.
struct GitSource {
  std::string url;
  std::string path;    // the module's folder in the repository; "" for its root
  std::string ref;     // a branch or a tag
  std::string commit;  // empty where there is a ref

  // What `modules.NAME` and its addresses begin with: the last part of the path, or of the URL.
  std::string name() const;
  friend bool operator==(const GitSource&, const GitSource&) = default;
  friend bool operator<(const GitSource& a, const GitSource& b) {
    return std::tie(a.url, a.path, a.ref, a.commit) < std::tie(b.url, b.path, b.ref, b.commit);
  }
};

struct LockedModule {
  std::string commit;
  std::string digest;  // of the module's files, see folder_digest()
  friend bool operator==(const LockedModule&, const LockedModule&) = default;
};

using ModuleLock = std::map<GitSource, LockedModule>;

// Why git is not given this URL; empty where it is. What git would take for an option or a program to run is refused,
// and what means another place on another machine.
std::string fault_of_git_url(std::string_view url);
// Whether a branch or tag may be called so; what git would take for an option or a range may not.
bool is_git_ref(std::string_view ref);

// `{git: …}` of a use. Nothing where it is not one; the schema tells what is wrong with its keys, this with their
// values.
std::optional<GitSource> read_git_source(const lang::Node& node, Diagnostics& diagnostics);

// The lock of a project; empty where there is none, nothing where it cannot be read.
std::optional<ModuleLock> read_module_lock(const Folder& project, Diagnostics& diagnostics, lang::SourceMap& sources);

// The bytes of plumb.lock: sorted, so that branches which add modules merge well.
std::string module_lock_text(const ModuleLock& lock);

}  // namespace plumb::config
