// The private interface of the package kind's back ends. Each is a folder here, found by the build; it defines
// `const BackEnd& back_end()` in the namespace of its own name.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/managers.h"
#include "providers/sdk/provider.h"

namespace plumb::providers::package {

class BackEnd : public PackageManager {
 public:
  // Whether another resource says where packages come from.
  virtual bool is_source_of(const Desired& other) const { return is_source(other.text("path")); }
  // One result each, in the order asked for; see PackageProvider for what is told.
  virtual std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const = 0;
  // See UpgradeProvider for what is told.
  virtual Result<Observed> observe_upgrade(const Desired& desired, System& system) const = 0;
};

// In the order of their names. Made by the build.
std::span<const BackEnd* const> back_ends();

// The back end for this host, or kNoBackEnd with what was found instead.
Result<const BackEnd*> find_back_end(System& system);

// The fact `package_manager`: a back end's name, or that of a manager that has none here; "unknown".
std::string package_manager(System& system);

// "1.2-3" as it is; "1.2*" any version that begins so.
bool version_matches(std::string_view wanted, std::string_view version);
bool is_version_pattern(std::string_view wanted);

bool wants_latest(const Desired& desired);
// `state: absent` or `state: purged`.
bool wants_gone(const Desired& desired);
bool wants_purged(const Desired& desired);

// "a, b, c"; of many the first ones, and how many more.
std::string listed(const std::vector<std::string>& names);
std::string listed(const std::set<std::string>& names);

// Whether one of the packages may bring what an address names. Units: any may. Users and groups: their names have a
// word in common. Paths: a folder on the way has a package's name in it, or is part of one.
bool may_belong(const Address& what, const std::vector<std::string>& packages);

}  // namespace plumb::providers::package
