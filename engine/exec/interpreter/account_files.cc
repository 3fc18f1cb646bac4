#include "engine/exec/interpreter/account_files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/base/platform.h"
#include "engine/exec/interpreter/folders.h"
#include "engine/exec/interpreter/rights.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMaxFile = std::size_t{64} << 20;
constexpr auto kLockWait = std::chrono::seconds(15);

}  // namespace

Result<AccountTable> read_table(const RootFiles& files, const std::string& path) {
  const UniqueFd fd = files.open(path, O_RDONLY);
  if (!fd) {
    if (errno == ENOENT) return AccountTable();
    return os_error("read", path);
  }
  PLUMB_TRY_ASSIGN(const std::string text, read_all(fd.get(), kMaxFile, path));
  return AccountTable(text_of_bytes(text));
}

Result<> save_table(const RootFiles& files, const std::string& path, AccountTable& table, mode_t mode, gid_t group) {
  if (!table.changed()) return {};
  // The real file, where /etc/passwd is a link into another file system.
  PLUMB_TRY_ASSIGN(const std::string real, files.resolve(path));
  PLUMB_TRY_ASSIGN(const Place place, files.place(real));
  const std::string temporary = place.name + "+";  // the name that the shadow suite itself uses, under the same lock
  ::unlinkat(place.folder.get(), temporary.c_str(), 0);
  const auto attempt = [&]() -> Result<> {
    const UniqueFd fd(
        ::openat(place.folder.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return os_error("create", path + "+");
    PLUMB_TRY(write_all(fd.get(), bytes_of_text(table.text()), path));
    struct stat old {};
    const bool existed = files.stat(real, false, old) == 0;
    const uid_t uid = existed ? old.st_uid : ::geteuid();
    const gid_t gid = existed ? old.st_gid : group;
    if (::fchown(fd.get(), uid, gid) != 0 && ::geteuid() == 0) return os_error("change the owner of", path);
    if (existed) PLUMB_TRY(keep_attributes(place.folder.get(), place.name, fd.get()));
    if (::fchmod(fd.get(), existed ? old.st_mode & 07777 : mode) != 0) return os_error("change the mode of", path);
    if (sync_file(fd.get()) != 0) return os_error("sync", path);
    if (::renameat(place.folder.get(), temporary.c_str(), place.folder.get(), place.name.c_str()) != 0) {
      return os_error("replace", path);
    }
    return {};
  };
  Result<> done = attempt();
  if (!done) {
    ::unlinkat(place.folder.get(), temporary.c_str(), 0);
    return done;
  }
  table.set_saved();
  FolderSync folders;
  folders.add(place.folder.get());
  return folders.sync();
}

Result<AccountLock> AccountLock::take(const RootFiles& files) {
  AccountLock lock;
  lock.file_ = files.open("/etc/.pwd.lock", O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
  if (!lock.file_) return os_error("open", "/etc/.pwd.lock");
  const auto due = std::chrono::steady_clock::now() + kLockWait;
  while (true) {
    struct flock request {};
    request.l_type = F_WRLCK;
    request.l_whence = SEEK_SET;
    if (::fcntl(lock.file_.get(), F_SETLK, &request) == 0) return lock;
    if (errno != EACCES && errno != EAGAIN && errno != EINTR) return os_error("lock", "/etc/.pwd.lock");
    if (std::chrono::steady_clock::now() >= due) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  struct flock holder {};
  holder.l_type = F_WRLCK;
  holder.l_whence = SEEK_SET;
  ::fcntl(lock.file_.get(), F_GETLK, &holder);
  return fail(Code::kOperation, "the user database is locked by process " + std::to_string(holder.l_pid) +
                                    " for more than " + std::to_string(kLockWait.count()) + " s");
}

}  // namespace plumb::exec
