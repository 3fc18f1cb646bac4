#include "providers/sdk/exchangeable.h"

#include <algorithm>

#include "providers/sdk/ownership.h"

namespace plumb {

Result<std::string> exchangeable_folder(const std::string& path, System& system) {
  constexpr std::uint32_t kAllMayWrite = 0002;
  constexpr std::uint32_t kSticky = 01000;  // entries are their owners' to move
  std::vector<std::string> folders = ancestors_of(path);
  std::reverse(folders.begin(), folders.end());
  for (std::size_t i = 0; i < folders.size(); ++i) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> folder, system.stat(folders[i], true));
    if (!folder) return std::string();
    if (folder->uid != 0) return folders[i];
    if ((folder->mode & kAllMayWrite) == 0) continue;
    if ((folder->mode & kSticky) == 0) return folders[i];
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> entry,
                     system.stat(i + 1 < folders.size() ? folders[i + 1] : path, false));
    if (!entry || entry->uid != 0) return folders[i];
  }
  return std::string();
}

}  // namespace plumb
