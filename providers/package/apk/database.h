// apk's records: what is installed, and what somebody asked for.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/packaged.h"
#include "providers/sdk/system.h"

namespace plumb::providers::package::apk {

inline constexpr const char* kRecords = "/lib/apk/db/installed";
inline constexpr const char* kWorld = "/etc/apk/world";
inline constexpr const char* kLists = "/var/cache/apk";

struct Record {
  std::string name, version;
  std::vector<std::string> provides;  // names alone
};
// What is installed, as apk keeps it: lines such as "P:jq", a package behind another.
Result<std::string> read_records(System& system);
std::vector<Record> parse_records(std::string_view text);

// What somebody asked for, by its name: "" or a condition such as "=1.6-r2", "~1.6". "!" for what is not to be there.
std::map<std::string, std::string> parse_world(std::string_view text);

// See PackageManager::goes_with.
Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                           const std::function<bool(const std::string& path)>& matters, System& system);

// See PackageManager::packaged.
Result<std::shared_ptr<const Packaged>> packaged(System& system);

}  // namespace plumb::providers::package::apk
