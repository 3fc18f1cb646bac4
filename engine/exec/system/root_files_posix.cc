#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/exec/root_files.h"

namespace plumb::exec {

// POSIX has O_SEARCH for it, which not every release of macOS knows.
const int kFolderHandle = O_RDONLY | O_DIRECTORY;

UniqueFd RootFiles::open_straight(const std::string& /*path*/, int /*flags*/, unsigned /*mode*/) const {
  errno = ENOSYS;
  return {};
}

int RootFiles::stat(const std::string& path, bool follow, struct stat& info, HeldEntry* /*held*/) const {
  Walk found;
  if (walk(path, follow, Links::kTrusted, found) != 0) return -1;
  return ::fstatat(folder_of(found), found.last.empty() ? "." : found.last.c_str(), &info, AT_SYMLINK_NOFOLLOW);
}

HeldEntry RootFiles::hold(const std::string& path, bool follow) const {
  Walk found;
  if (walk(path, follow, Links::kTrusted, found) != 0) return {};
  return HeldEntry(
      {UniqueFd(::openat(folder_of(found), ".", kFolderHandle | O_CLOEXEC)), found.last.empty() ? "." : found.last});
}

HeldEntry::HeldEntry(const Place& place)
    : fd_(::openat(place.folder.get(), ".", kFolderHandle | O_CLOEXEC)), name_(place.name) {
  struct stat info {};
  if (stat(info) != 0) fd_.reset();
}

int HeldEntry::stat(struct stat& info) const {
  return ::fstatat(fd_.get(), name_.c_str(), &info, AT_SYMLINK_NOFOLLOW);
}

int HeldEntry::change_owner(uid_t uid, gid_t gid) const {
  return ::fchownat(fd_.get(), name_.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW);
}

int HeldEntry::change_mode(mode_t mode) const {
  return ::fchmodat(fd_.get(), name_.c_str(), mode, AT_SYMLINK_NOFOLLOW);
}

std::string HeldEntry::own_path() const {
  return {};
}

}  // namespace plumb::exec
