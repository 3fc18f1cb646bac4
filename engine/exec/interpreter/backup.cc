#include "engine/exec/interpreter/backup.h"

#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/base/random.h"
#include "engine/base/time_text.h"
#include "engine/base/unique_fd.h"
#include "engine/exec/root_files.h"
#include "engine/exec/system/disk.h"
#include "providers/sdk/edited_files.h"

namespace plumb::exec {
namespace {

Result<> copy_beside(int folder, const std::string& from, const std::string& to, const std::string& temporary,
                     const std::string& path) {
  const UniqueFd in(::openat(folder, from.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC));
  const UniqueFd out(
      in ? ::openat(folder, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1);
  struct stat info {};
  if (!out || ::fstat(in.get(), &info) != 0) return os_error("keep a copy of", path);
  const bool copied = copy_bytes(in.get(), out.get(), info.st_size) == 0 && sync_content(out.get()) == 0 &&
                      rename_new(folder, temporary.c_str(), to.c_str()) == 0;
  if (copied) return {};
  Error failed = os_error("keep a copy of", path);
  ::unlinkat(folder, temporary.c_str(), 0);
  return failed;
}

}  // namespace

Result<> keep_backup(int folder, const std::string& path, const std::string& temporary, FolderSync& folders,
                     Backup how) {
  const std::string old = bytes_of_text(base_of(path));
  // A digest would let whoever may list the folder guess what was in the file.
  const std::string now = compact_time(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  const std::string name = old + ".plumb-" + now + "-" + random_hex(4);
  bool copies = how == Backup::kOtherFile;
  // A second name for the same file: nothing is copied, and owner, mode and times stay with it.
  if (!copies && ::linkat(folder, old.c_str(), folder, name.c_str(), 0) != 0) {
    const bool has_no_links = says_unsupported(errno) || errno == EMLINK;
    if (!has_no_links) return os_error("keep a copy of", path);
    copies = true;
  }
  if (copies) PLUMB_TRY(copy_beside(folder, old, name, temporary, path));
  folders.add(folder);
  return {};
}

}  // namespace plumb::exec
