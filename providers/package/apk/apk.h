// What apk is asked and told (internal to this folder).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "providers/package/look.h"

namespace plumb::providers::package::apk {

// As apk is told of a package that is to come: "jq", "jq=1.6-r2", "jq~1.6" of a version's beginning.
std::string spec(const std::string& name, const std::string& version);

// What is to come.
struct Coming {
  bool newest = false;  // some of it in its newest version
  bool files = false;   // some of it from a file
};
// The words in front of it.
std::vector<std::string> words_to_add(const Coming& coming);

// Asks apk without letting it change anything; `words` begin with a command.
ProcessRequest ask(const std::vector<std::string>& words);

ProcessRequest ask_file(const std::string& path);
PackageFile parse_file(const ProcessResult& result);

std::unique_ptr<HostPackages> packages_of(System& system);

}  // namespace plumb::providers::package::apk
