#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/unique_fd.h"
#include "engine/exec/root_files.h"
#include "engine/exec/system/disk.h"

namespace plumb::exec {
namespace {

constexpr off_t kMostAtOnce = off_t{1} << 30;  // of what the kernel copies, and a size on 32 bits
constexpr std::size_t kWorthOneSync = 4;
constexpr std::uint64_t kLittleDirty = std::uint64_t{64} << 10;  // kilobytes

// Kilobytes that the kernel has still to write, of all programs and file systems.
std::uint64_t dirty_kilobytes() {
  const UniqueFd fd(::open("/proc/meminfo", O_RDONLY | O_CLOEXEC));
  const Result<std::string> text =
      fd ? read_all(fd.get(), std::size_t{1} << 16, "/proc/meminfo") : Result<std::string>(std::string());
  const std::size_t at = text ? text->find("\nDirty:") : std::string::npos;
  return at == std::string::npos ? kLittleDirty + 1 : std::strtoull(text->c_str() + at + 7, nullptr, 10);
}

}  // namespace

int copy_bytes(int from, int to, off_t size) {
  for (off_t at = 0; at < size;) {
    const ssize_t count = ::sendfile(to, from, &at, static_cast<std::size_t>(std::min(size - at, kMostAtOnce)));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;
    if (count <= 0) return -1;
  }
  return 0;
}

int reserve(int fd, off_t size) {
  if (size == 0) return 0;
  int status = 0;
  do {
    status = ::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, size);
  } while (status != 0 && errno == EINTR);
  return status != 0 && (errno == EOPNOTSUPP || errno == ENOSYS) ? 0 : status;
}

int sync_content(int fd) {
  return ::fdatasync(fd);
}

// Many files are synced by one syncfs, which costs as much as one fsync where little else is waiting to be written;
// where much is, each file is synced by itself, so that nobody waits for other programs' data.
int sync_all(std::span<const int> files) {
  const bool at_once = files.size() >= kWorthOneSync && dirty_kilobytes() <= kLittleDirty;
  if (at_once && ::syncfs(files.front()) == 0) return 0;
  // The disk begins with all of them before the first is waited for.
  for (const int fd : files) ::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
  for (const int fd : files) {
    // Some file systems have nothing to sync for a folder and say so.
    if (::fsync(fd) != 0 && errno != EINVAL) return -1;
  }
  return 0;
}

int rename_new(int folder, const char* from, const char* to) {
  constexpr unsigned kNoReplace = 1;  // RENAME_NOREPLACE, which not every C library names
  if (::syscall(SYS_renameat2, folder, from, folder, to, kNoReplace) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  struct stat there {};
  if (::fstatat(folder, to, &there, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return -1;
  }
  return ::renameat(folder, from, folder, to);
}

// A bind mount has the same device as its folder, so the kernel is asked for the mount.
std::uint64_t mount_of(int folder, const char* name) {
  struct statx info {};
  if (::statx(folder, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &info) != 0)
    return 0;
  if ((info.stx_mask & STATX_MNT_ID) != 0) return info.stx_mnt_id;
  return std::uint64_t{info.stx_dev_major} << 32 | info.stx_dev_minor;
}

}  // namespace plumb::exec
