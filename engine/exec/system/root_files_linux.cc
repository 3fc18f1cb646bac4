#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/exec/root_files.h"

namespace plumb::exec {
namespace {

// Negative with errno, ENOSYS where the kernel is older than 5.6.
int open_in_root(int root, const char* path, int flags, unsigned mode) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_IN_ROOT;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

}  // namespace

const int kFolderHandle = O_PATH | O_DIRECTORY;

UniqueFd RootFiles::open_in_image(const std::string& path, int flags, unsigned mode) const {
  const int fd = open_in_root(root_fd_.get(), path.c_str(), flags, mode);
  if (fd < 0 && errno == ENOSYS) return open_by_walk(path, flags, mode);
  return UniqueFd(fd);
}

int RootFiles::stat_in_image(const std::string& path, bool follow, struct stat& info) const {
  const UniqueFd fd = open(path, O_PATH | (follow ? 0 : O_NOFOLLOW));
  return fd ? ::fstat(fd.get(), &info) : -1;
}

HeldEntry RootFiles::hold(const std::string& path, bool follow) const {
  HeldEntry entry;
  entry.fd_ = open(path, O_PATH | (follow ? 0 : O_NOFOLLOW));
  return entry;
}

HeldEntry::HeldEntry(const Place& place)
    : fd_(::openat(place.folder.get(), place.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)) {}

int HeldEntry::stat(struct stat& info) const {
  return ::fstat(fd_.get(), &info);
}

int HeldEntry::change_owner(uid_t uid, gid_t gid) const {
  return ::fchownat(fd_.get(), "", uid, gid, AT_EMPTY_PATH);
}

// An O_PATH descriptor has no fchmod; its name below /proc leads to this very entry and nowhere else.
int HeldEntry::change_mode(mode_t mode) const {
  return ::chmod(("/proc/self/fd/" + std::to_string(fd_.get())).c_str(), mode);
}

}  // namespace plumb::exec
