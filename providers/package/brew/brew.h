// What the parts of the brew back end have in common (internal to this folder).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "providers/package/back_end.h"
#include "providers/package/host_packages.h"

namespace plumb::providers::package::brew {

// Where brew is: "/opt/homebrew"; "" for nowhere.
Result<std::string> find_prefix(System& system);

// brew with these words, so that it changes nothing else of its own accord.
ProcessRequest program(const std::vector<std::string>& words);

// A formula or cask that is there, by brew's folders.
struct Keg {
  std::string name;
  std::string version;
  bool cask = false;
  bool requested = true;  // and not only needed by others
  bool pinned = false;
};
// The name that its folder has: without the tap that it is from.
std::string short_name(std::string_view name);
Result<std::optional<Keg>> find_keg(const std::string& prefix, const std::string& name, System& system);
Result<std::vector<std::string>> keg_names(const std::string& prefix, System& system);

// From the answer to `brew info --json=v2`: by name, the version that would come; and from that to `brew outdated
// --json=v2`: what is newer.
void add_candidates(const Json& answer, std::map<std::string, std::string>& candidates);
Simulation parse_outdated(const Json& answer);
// From that to `brew install --dry-run`: what comes along, by the name that it is for.
std::map<std::string, std::vector<std::string>> parse_dry_run(std::string_view answer);

std::unique_ptr<HostPackages> packages_of(System& system);

}  // namespace plumb::providers::package::brew
