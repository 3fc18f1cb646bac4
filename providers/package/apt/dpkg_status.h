// /var/lib/dpkg/status, read in one pass.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::providers::package::apt {

struct DpkgEntry {
  std::string version;
  bool installed = false;
  bool held = false;
  std::string trouble;  // "half-configured" and the like: begun and not ended
};

struct DpkgStatus {
  std::map<std::string, DpkgEntry> entries;                     // by the names asked for
  std::map<std::string, std::vector<std::string>> provided_by;  // installed packages that provide a name asked for
};

// `names` are "nginx" or "libc6:i386"; without an architecture the system's own is meant, or any that is there.
DpkgStatus read_dpkg_status(std::string_view text, const std::set<std::string>& names);

}  // namespace plumb::providers::package::apt
