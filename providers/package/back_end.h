// The private interface of the package kind's back ends. Each is a folder here, found by the build; it defines
// `const BackEnd& back_end()` in the namespace of its own name.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/managers.h"
#include "providers/sdk/provider.h"
#include "providers/sdk/survey.h"

namespace plumb::providers::package {

class HostPackages;
struct PackageFile;

class BackEnd : public PackageManager {
 public:
  // Packages that somebody asked for, as resources; see Adoption.
  virtual void survey(const SurveyedHost& /*host*/, Survey& /*survey*/) const {}
  // Whether it may stand beside the host's own, and is used there only where a resource names it.
  virtual bool is_beside() const { return false; }
  // Whether another resource says where packages come from.
  virtual bool is_source_of(const Desired& other) const { return is_source(other.text("path")); }
  // Below 0, 0 or above 0, as `one` is older than `other`, equal or newer.
  virtual int compare_versions(std::string_view one, std::string_view other) const = 0;
  // Whether a version is one that is asked for: the same, or one that begins so.
  virtual bool version_matches(std::string_view wanted, std::string_view version) const;
  // The same, where what is asked for may also be a comparison.
  bool takes_version(std::string_view wanted, std::string_view version) const;
  // An error where a file is not what a transaction has for it.
  Result<> judge_file(const PackageTransaction& transaction, const std::string& path, const PackageFile& file) const;
  // Whether it can be told what becomes of configuration files that somebody changed.
  virtual bool chooses_conffiles() const { return false; }
  // What it asks the host. Lives no longer than the system.
  virtual std::unique_ptr<HostPackages> on(System& system) const = 0;
  // One result each, in the order asked for; see PackageProvider for what is told.
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const;
  // See UpgradeProvider for what is told.
  Result<Observed> observe_upgrade(const Desired& desired, System& system) const;
};

// In the order of their names. Made by the build.
std::span<const BackEnd* const> back_ends();

// The back end of that name, or for "" that of this host; kNoBackEnd with what was found instead.
Result<const BackEnd*> find_back_end(System& system, std::string_view name = {});

// The fact `package_manager`: a back end's name, or that of a manager that has none here; "unknown".
std::string package_manager(System& system);

// Whether a version is one that is asked for, by the rules of the manager of that name.
bool takes_version(std::string_view manager, std::string_view wanted, std::string_view version);
// ">=1.2"; and what several versions fit: that, or "1.2*".
bool is_comparison(std::string_view wanted);
bool is_version_pattern(std::string_view wanted);

bool wants_latest(const Desired& desired);
// `state: absent` or `state: purged`.
bool wants_gone(const Desired& desired);
bool wants_purged(const Desired& desired);

// "a, b, c"; of many the first ones, and how many more.
std::string listed(const std::vector<std::string>& names);
std::string listed(const std::set<std::string>& names);

struct Simulation;
// An error where what a transaction would do is more than it says: that others go, or of an upgrade that others come.
Result<> judge_simulation(const PackageTransaction& transaction, const Simulation& simulation);

// For people: what becomes of them.
std::string_view what_of_conffiles(const Desired& desired);
// Notes where `conffiles` is asked for of a manager that goes by rules of its own.
void note_conffiles(const Desired& desired, const BackEnd& back_end, Observed& observed);

// The error of a question that the manager did not answer to its end.
Error told_unfinished(const Step& step, const Simulation& simulation, const ProcessResult& result);

// Whether one of the packages may bring what an address names. Units: any may. Users and groups: their names have a
// word in common. Paths: a folder on the way has a package's name in it, or is part of one.
bool may_belong(const Address& what, const std::vector<std::string>& packages);

}  // namespace plumb::providers::package
