#include "engine/exec/interpreter/folders.h"

#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/exec/root_files.h"
#include "engine/exec/system/disk.h"

namespace plumb::exec {

Result<> sync_together(std::span<const int> files) {
  std::map<dev_t, std::vector<int>> systems;
  for (const int fd : files) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return os_error("sync", "a file");
    systems[info.st_dev].push_back(fd);
  }
  for (const auto& [device, members] : systems) {
    if (sync_all(members) != 0) return os_error("sync", "a file");
  }
  return {};
}

void FolderSync::add(int folder) {
  struct stat info {};
  if (::fstat(folder, &info) != 0) return;
  UniqueFd& slot = folders_[{info.st_dev, info.st_ino}];
  if (!slot) slot.reset(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

Result<> FolderSync::sync() {
  std::vector<int> open;
  for (const auto& [id, fd] : folders_) {
    if (fd) open.push_back(fd.get());  // one that may not be read cannot be synced by itself
  }
  Result<> synced = sync_together(open);
  folders_.clear();
  return synced;
}

}  // namespace plumb::exec
