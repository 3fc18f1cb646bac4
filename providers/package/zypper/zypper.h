// What zypper is asked and told (internal to this folder).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "providers/package/look.h"

namespace plumb::providers::package::zypper {

// As zypper is told of a package: "jq", "jq=1.6-17", "glibc.i686=2.34-1".
std::string spec(const std::string& name, const std::string& version);

// Asks zypper without letting it change anything; `words` begin with a command. Package files are to be had beside what
// sources have. `unlocked`: as if nothing was held.
ProcessRequest ask(const std::vector<std::string>& words, const std::vector<std::string>& files = {},
                   bool unlocked = false);

// The words that change packages: `come` and `go` together, since it can do both at once.
struct Orders {
  std::vector<std::string> come = {}, go = {};
  bool may_erase = false;
  bool older = false;
  bool recommended = true;
};
std::vector<std::string> words_for(const Orders& orders);
// "safe" or "full".
std::vector<std::string> upgrade_words(const std::string& extent);

std::unique_ptr<HostPackages> packages_of(System& system);

}  // namespace plumb::providers::package::zypper
