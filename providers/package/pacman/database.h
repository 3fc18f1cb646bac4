// pacman's records of what is installed: a folder for each package.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/package/look.h"
#include "providers/sdk/packaged.h"

namespace plumb::providers::package::pacman {

inline constexpr const char* kConfiguration = "/etc/pacman.conf";
inline constexpr const char* kRecords = "/var/lib/pacman/local";
inline constexpr const char* kLists = "/var/lib/pacman/sync";

// "foo-bar-1:2.0-1" -> {"foo-bar", "1:2.0-1"}; nothing where it is no name with a version.
std::optional<std::pair<std::string, std::string>> name_and_version(std::string_view text);

// By the names of packages, their versions.
Result<std::map<std::string, std::string>> installed_versions(System& system);

// Lines below %SECTION% of a record.
std::vector<std::string> section_of(std::string_view record, std::string_view section);
// `desc` or `files` of a package.
Result<std::string> read_record(const std::string& name, const std::string& version, const char* file, System& system);

// What `IgnorePkg` names, as shells match names.
class Held {
 public:
  static Held parse(std::string_view configuration);
  bool contains(const std::string& name) const;

 private:
  std::vector<std::string> patterns_;
};

// See PackageManager::goes_with.
Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                           const std::function<bool(const std::string& path)>& matters, System& system);

// See PackageManager::packaged.
Result<std::shared_ptr<const Packaged>> packaged(System& system);
// Those that did not come along with others, sorted.
Result<std::vector<std::string>> asked_for(System& system);

}  // namespace plumb::providers::package::pacman
