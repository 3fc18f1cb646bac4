#include "engine/exec/interpreter/folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "engine/exec/root_files.h"

namespace plumb::exec {

void FolderSync::add(int folder) {
  struct stat info{};
  if (::fstat(folder, &info) != 0) return;
  UniqueFd& slot = folders_[{info.st_dev, info.st_ino}];
  if (!slot) slot.reset(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

Result<> FolderSync::sync() {
  int number = 0;
  for (const auto& [id, fd] : folders_) {
    // A folder that cannot be read by us cannot be synced by itself; some file systems refuse as well.
    if (fd && ::fsync(fd.get()) != 0 && errno != EINVAL && number == 0) number = errno;
  }
  folders_.clear();
  if (number != 0) return os_error(number, "sync", "a folder");
  return {};
}

}  // namespace plumb::exec
