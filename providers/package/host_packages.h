// What a back end asks its host, and what is the same of all of them (internal to this folder).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "providers/package/simulation.h"
#include "providers/sdk/refused.h"
#include "providers/sdk/system.h"

namespace plumb::providers::package {

struct PackageEntry {
  std::string package;       // as the manager calls it: "libc6" of the host's own architecture, else "libc6:i386"
  std::string architecture;  // of what is there; the host's own where it is for all
  std::string version;
  bool installed = false;
  bool automatic = false;  // it is there for the sake of others alone
  bool held = false;
  bool leftover = false;  // it was removed, and its configuration files are there still
  std::string trouble;    // "half-configured" and the like: begun and not ended
};

struct Installed {
  std::map<std::string, PackageEntry> entries;                  // by the names asked for, all of them
  std::map<std::string, std::vector<std::string>> provided_by;  // installed packages that provide a name asked for
};

// What a back end asks its host.
class HostPackages {
 public:
  virtual ~HostPackages() = default;

  virtual Result<Installed> installed(const std::set<std::string>& names) = 0;
  // What keeps every package of a running host as it is; what keeps any from being held; and from going without a
  // trace.
  virtual Result<std::optional<Diagnostic>> find_hindrance() { return std::optional<Diagnostic>(); }
  virtual std::optional<Diagnostic> why_not_held() { return std::nullopt; }
  virtual std::optional<Diagnostic> why_not_purged() { return std::nullopt; }
  // Whom its programs have to be run as, once it was asked what is installed; "" for whoever changes the host.
  virtual std::string runs_as() const { return {}; }
  // Whether there are no package lists, or only such as are older than that.
  virtual Result<bool> have_old_lists(std::optional<std::chrono::seconds> age) = 0;
  // Whether one of the host's sources was never read, as one that an earlier run put there and did not come to use.
  virtual Result<bool> has_unread_sources() = 0;
  virtual Result<PackageFile> look_at_file(const std::string& path) = 0;
  virtual Result<Simulation> simulate(const std::vector<Wish>& wishes, const Allowed& allowed) = 0;
  // Of all packages, as far as `extent` says: "safe" or "full".
  virtual Result<Simulation> simulate_upgrade(const std::string& extent, bool autoremove) = 0;
  // What somebody would type: to release a held package, and to see what is known by a name.
  virtual std::string release_command(const std::string& package) const = 0;
  virtual std::string unknown_hint(const std::string& name) const = 0;
};

// Why packages are kept as they are: those of an image always are; nothing where they may change.
Result<std::optional<Diagnostic>> why_kept(HostPackages& host, const System& system);

// Whether one of the files that these words of `find` mean is younger than that. The clock is the host's, since its
// file system has their times.
Result<bool> is_some_younger(std::vector<std::string> words, std::chrono::seconds age, System& system);

}  // namespace plumb::providers::package
