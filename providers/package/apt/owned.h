// What packages own on a host, from dpkg's lists.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "providers/sdk/system.h"

namespace plumb::providers::package::apt {

// See PackageManager::goes_with. `packages` are called as apt calls them: "libc6", "libc6:i386".
Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                           const std::function<bool(const std::string& path)>& matters, System& system);

// See PackageManager::shares_folder.
Result<bool> shares_folder(const std::string& folder, System& system);

}  // namespace plumb::providers::package::apt
