// What rpm tells of a host, for the package managers that are built on it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "providers/package/look.h"
#include "providers/sdk/packaged.h"

namespace plumb::providers::package {

// Whether the host's packages are rpm's; and whether the host is of SUSE's family, where zypper is at home though dnf
// may be there too.
Result<bool> has_rpm_database(System& system);
Result<bool> is_of_suse(System& system);

// Which files are locked (fcntl) while rpm changes packages.
std::vector<std::string> rpm_locks();

// Packages of a second architecture have it in their name: "glibc:i686". Every other one is called by its name alone.
std::string name_with_architecture(std::string_view name, std::string_view architecture);
// As rpm, dnf and zypper are told of it: "glibc.i686".
std::string rpm_argument(const std::string& name);

// One package that is there.
struct RpmPackage {
  std::string name, version, architecture;  // the version with its epoch, where that is not 0, and its release
  std::vector<std::string> provides;        // names alone
};

// All that is there of these names, and what provides them: one question.
Result<std::vector<RpmPackage>> ask_rpm(const std::set<std::string>& names, System& system);
Installed installed_of(const std::vector<RpmPackage>& packages, const std::set<std::string>& names);

// Which package a file is: a preview of the transaction too.
ProcessRequest ask_rpm_file(const std::string& path);
PackageFile parse_rpm_file(const ProcessResult& result);
Result<PackageFile> look_at_rpm_file(const std::string& path, System& system);

Diagnostic why_rpm_does_not_purge();

// See PackageManager::installed_version and PackageManager::goes_with.
Result<std::optional<std::string>> rpm_installed_version(const std::string& package, System& system);
Result<std::vector<std::string>> rpm_goes_with(const std::vector<std::string>& packages,
                                               const std::function<bool(const std::string& path)>& matters,
                                               System& system);

// See PackageManager::packaged. Null for an image, whose programs are not run.
Result<std::shared_ptr<const Packaged>> rpm_packaged(System& system);
// The names of all that is there, sorted; keys of sources are none.
Result<std::vector<std::string>> rpm_names(System& system);

}  // namespace plumb::providers::package
