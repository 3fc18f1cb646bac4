#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/exec/root_files.h"

namespace plumb::exec {

const int kFolderHandle = O_PATH | O_DIRECTORY;

// ENOSYS where the kernel is older than 5.6.
UniqueFd RootFiles::open_straight(const std::string& path, int flags, unsigned mode) const {
  open_how how{};
  how.flags = static_cast<unsigned>(flags);
  // The call refuses what open(2) ignores.
  if ((flags & O_PATH) != 0) how.flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root_fd_.get(), path.c_str(), &how, sizeof how)));
}

HeldEntry RootFiles::hold(const std::string& path, bool follow) const {
  HeldEntry entry;
  entry.fd_ = open_any(path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW), 0);
  return entry;
}

int RootFiles::stat(const std::string& path, bool follow, struct stat& info, HeldEntry* held) const {
  HeldEntry entry = hold(path, follow);
  const int done = entry ? entry.stat(info) : -1;
  if (held != nullptr) *held = std::move(entry);
  return done;
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
  return ::chmod(own_path().c_str(), mode);
}

std::string HeldEntry::own_path() const {
  return "/proc/self/fd/" + std::to_string(fd_.get());
}

}  // namespace plumb::exec
