// /var/lib/dpkg/status, read in one pass.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::providers::package::apt {

struct DpkgEntry {
  std::string package;       // as apt calls it: "libc6" of the host's own architecture or of none, else "libc6:i386"
  std::string architecture;  // of what is there; the host's own where it is for all
  std::string version;
  bool installed = false;
  bool held = false;
  bool leftover = false;  // it was removed, and its configuration files are there still
  std::string trouble;    // "half-configured" and the like: begun and not ended
};

struct DpkgStatus {
  std::map<std::string, DpkgEntry> entries;                     // by the names asked for, all of them
  std::map<std::string, std::vector<std::string>> provided_by;  // installed packages that provide a name asked for
};

// `names` are "nginx" or "libc6:i386"; without an architecture, or with `any`, the host's own is meant, or another that
// is there; `native` is the host's own. A package for all architectures is of the host's own.
DpkgStatus read_dpkg_status(std::string_view text, const std::set<std::string>& names);

// Packages that are there for the sake of others alone, from apt's extended states, by their name and architecture:
// "libc6:amd64".
std::set<std::string> read_automatic(std::string_view text);

}  // namespace plumb::providers::package::apt
