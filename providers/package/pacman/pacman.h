// What pacman is asked and told (internal to this folder).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "providers/package/look.h"

namespace plumb::providers::package::pacman {

// As pacman is told of a package that is to come: "jq", "jq=1.7-1". Of a version's beginning it knows nothing.
std::string spec(const std::string& name, const std::string& version);

// What it may do where it would ask: let others make way, and put others in the place of what they replace.
struct Consent {
  bool conflicts = false;
  bool replaces = false;
};

// Asks pacman without letting it change anything; `words` begin with a command, as "-S".
ProcessRequest ask(const Consent& consent, const std::vector<std::string>& words);
// The same consent, as an option for the deed.
std::string consent_option(const Consent& consent);

ProcessRequest ask_file(const std::string& path);
PackageFile parse_file(const ProcessResult& result);

std::unique_ptr<HostPackages> packages_of(System& system);

}  // namespace plumb::providers::package::pacman
