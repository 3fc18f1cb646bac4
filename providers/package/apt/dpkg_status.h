// /var/lib/dpkg/status, read in one pass.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "providers/package/look.h"

namespace plumb::providers::package::apt {

// `names` are "nginx" or "libc6:i386"; without an architecture, or with `any`, the host's own is meant, or another that
// is there; `native` is the host's own. A package for all architectures is of the host's own.
Installed read_dpkg_status(std::string_view text, const std::set<std::string>& names);

// Packages that are there for the sake of others alone, from apt's extended states, by their name and architecture:
// "libc6:amd64".
std::set<std::string> read_automatic(std::string_view text);

}  // namespace plumb::providers::package::apt
