#include "engine/exec/interpreter/in_place.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/exec/interpreter/rights.h"
#include "engine/exec/root_files.h"

namespace plumb::exec {
namespace {

// Bytes of one open file from `at` on to the same place of the other.
Result<> copy_range(int from, int to, off_t at, off_t end, const std::string& path) {
  std::array<char, 65536> piece{};
  while (at < end) {
    const auto most = static_cast<std::size_t>(std::min<off_t>(end - at, piece.size()));
    const ssize_t count = ::pread(from, piece.data(), most, at);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;
    if (count <= 0) return os_error("write", path);
    for (ssize_t done = 0; done < count;) {
      const ssize_t wrote = ::pwrite(to, piece.data() + done, static_cast<std::size_t>(count - done), at + done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return os_error("write", path);
      done += wrote;
    }
    at += count;
  }
  return {};
}

// Whoever may put entries into a folder could give a file of somebody else's another name there.
bool may_be_elsewhere(int folder, const struct stat& file) {
  struct stat above {};
  constexpr mode_t kOthersWrite = 022;
  if (file.st_nlink < 2 || ::fstat(folder, &above) != 0) return false;
  return (above.st_uid != 0 && above.st_uid != ::geteuid()) || (above.st_mode & kOthersWrite) != 0;
}

}  // namespace

Result<UniqueFd> open_to_write_over(const StagedFile& staged) {
  const int folder = staged.folder->get();
  UniqueFd file(::openat(folder, staged.name.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC));
  struct stat now {};
  if (!file || ::fstat(file.get(), &now) != 0) return os_error("write", staged.path);
  PLUMB_TRY(staged.check_old(now));
  if (may_be_elsewhere(folder, now)) {
    return fail(Code::kOperation, staged.path + " has other names, and others than root may give it some")
        .hint("leave out `in_place`, so that the name gets a file of its own");
  }
  return file;
}

// What is longer than the old file comes first: where there is no room for it, nothing is lost.
Result<> write_over(LocalSystem& system, const StagedFile& staged, int file) {
  struct stat now {
  }, fresh{};
  if (::fstat(file, &now) != 0 || ::fstat(staged.file.get(), &fresh) != 0) return os_error("write", staged.path);
  PLUMB_TRY(withhold_rights(system, file, *staged.in_place, staged.path));
  const off_t shared = std::min(now.st_size, fresh.st_size);
  if (Result<> longer = copy_range(staged.file.get(), file, shared, fresh.st_size, staged.path); !longer) {
    (void)!::ftruncate(file, now.st_size);
    (void)!::fchown(file, now.st_uid, now.st_gid);
    (void)::fchmod(file, now.st_mode & 07777);
    return longer;
  }
  PLUMB_TRY(copy_range(staged.file.get(), file, 0, shared, staged.path));
  if (::ftruncate(file, fresh.st_size) != 0) return os_error("write", staged.path);
  return {};
}

}  // namespace plumb::exec
