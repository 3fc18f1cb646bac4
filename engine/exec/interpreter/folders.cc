#include "engine/exec/interpreter/folders.h"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/exec/root_files.h"

namespace plumb::exec {
namespace {

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

Result<> sync_together(std::span<const int> files) {
  std::map<dev_t, std::vector<int>> systems;
  for (const int fd : files) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return os_error("sync", "a file");
    systems[info.st_dev].push_back(fd);
  }
  for (const auto& [device, members] : systems) {
    const bool at_once = members.size() >= kWorthOneSync && dirty_kilobytes() <= kLittleDirty;
    if (at_once && ::syncfs(members.front()) == 0) continue;
    // The disk begins with all of them before the first is waited for.
    for (const int fd : members) ::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    for (const int fd : members) {
      // Some file systems have nothing to sync for a folder and say so.
      if (::fsync(fd) != 0 && errno != EINVAL) return os_error("sync", "a file");
    }
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
