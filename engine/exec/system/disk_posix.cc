#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/descriptors.h"
#include "engine/base/platform.h"
#include "engine/exec/system/disk.h"

namespace plumb::exec {

int copy_bytes(int from, int to, off_t size) {
  std::array<char, 65536> bytes;
  for (off_t at = 0; at < size;) {
    const auto wanted = static_cast<std::size_t>(std::min<off_t>(size - at, bytes.size()));
    const ssize_t count = ::pread(from, bytes.data(), wanted, at);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;
    if (count <= 0) return -1;
    if (!plumb::write_all(to, {bytes.data(), static_cast<std::size_t>(count)})) return -1;
    at += count;
  }
  return 0;
}

int reserve(int /*fd*/, off_t /*size*/) {
  return 0;
}

int sync_content(int fd) {
  return sync_file(fd);
}

// What the system has of each file goes to the disk first; one flush of the disk's own cache is then good for all.
int sync_all(std::span<const int> files) {
  for (const int fd : files) {
    if (::fsync(fd) != 0 && errno != EINVAL) return -1;
  }
  return files.empty() || sync_file(files.back()) == 0 || errno == EINVAL ? 0 : -1;
}

int rename_new(int folder, const char* from, const char* to) {
#ifdef __APPLE__
  if (::renameatx_np(folder, from, folder, to, RENAME_EXCL) == 0) return 0;
  if (errno != ENOTSUP && errno != EINVAL) return -1;
#endif
  struct stat there {};
  if (::fstatat(folder, to, &there, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return -1;
  }
  return ::renameat(folder, from, folder, to);
}

// A file system is mounted once.
std::uint64_t mount_of(int folder, const char* name) {
  struct stat info {};
  const bool itself = *name == '\0';
  if ((itself ? ::fstat(folder, &info) : ::fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW)) != 0) return 0;
  return static_cast<std::uint64_t>(info.st_dev);
}

}  // namespace plumb::exec
