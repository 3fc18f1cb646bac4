#include "engine/exec/host_key.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/platform.h"
#include "engine/base/unique_fd.h"
#include "engine/base/wipe.h"
#include "engine/exec/state_folder.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kLargestKey = 4096;

bool is_same(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

// The file beside the key in which it is made, by one at a time. What is left of a making that was cut off is taken
// over; what another one has made a key of, or has given up, while it was waited for is not: it has that name no more.
Result<UniqueFd> open_alone(int folder, const std::string& name, const std::string& path) {
  while (true) {
    UniqueFd file(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    struct stat held {
    }, named{};
    if (!file || ::flock(file.get(), LOCK_EX) != 0 || ::fstat(file.get(), &held) != 0) return os_error("create", path);
    if (::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && is_same(held, named)) return file;
  }
}

}  // namespace

std::string host_key_path(const RootFiles& files) {
  return StateFolder::common_path(files) + "/host.key";
}

bool is_host_key(const RootFiles& files, const struct stat& found) {
  if ((found.st_mode & 077) != 0 || found.st_size > static_cast<off_t>(kLargestKey)) return false;
  struct stat key {};
  return files.stat(host_key_path(files), false, key) == 0 && is_same(key, found);
}

Result<bool> HostKey::read() {
  if (opener_) return true;
  const std::string path = host_key_path(files_);
  const UniqueFd file = files_.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file && errno == ENOENT) return false;
  if (!file) return os_error("open", path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return os_error("open", path);
  // Whoever can write it could have laid a key that is theirs, and then read what comes.
  if (!S_ISREG(info.st_mode) || (info.st_uid != ::geteuid() && info.st_uid != 0) || (info.st_mode & 077) != 0) {
    return fail(Code::kNotSealed, path + " is not a file that its owner alone can read")
        .hint("the key of a host is 0600; remove it, and the next contact makes another one");
  }
  PLUMB_TRY_ASSIGN(std::string text, read_all(file.get(), kLargestKey, path));
  Result<age::Opener> opener = age::Opener::read(text);
  wipe(text);
  if (!opener) return std::move(opener.error()).during("reading " + path);
  opener_ = std::move(*opener);
  return true;
}

// Whole or not at all, and never in the place of one that is there: another executor may make one just now.
Result<> HostKey::make() {
  const std::string path = host_key_path(files_);
  PLUMB_TRY(make_folders(files_, parent_of(path), 0755));
  PLUMB_TRY_ASSIGN(const Place place, files_.place(path));
  const std::string beside = place.name + ".new";
  PLUMB_TRY_ASSIGN(const UniqueFd file, open_alone(place.folder.get(), beside, path));
  // Whoever waited finds it made. This file may be it, where its maker was cut off, so nothing is written to it.
  PLUMB_TRY_ASSIGN(const bool there, read());
  Result<> written;
  if (!there) {
    if (::ftruncate(file.get(), 0) != 0 || ::fchmod(file.get(), 0600) != 0) return os_error("create", path);
    const age::Opener made = age::Opener::with_new_key();
    std::string text = "# secret values for this host are sealed to " + made.recipient() + "\n" + made.text() + "\n";
    written = write_all(file.get(), text, path);
    wipe(text);
    if (written && sync_file(file.get()) != 0) written = os_error("sync", path);
    if (written && ::linkat(place.folder.get(), beside.c_str(), place.folder.get(), place.name.c_str(), 0) != 0 &&
        errno != EEXIST) {
      written = os_error("make", path);
    }
  }
  ::unlinkat(place.folder.get(), beside.c_str(), 0);
  PLUMB_TRY(written);
  return sync_folder(files_, parent_of(path));
}

Result<std::string> HostKey::recipient(bool may_make) {
  PLUMB_TRY_ASSIGN(bool there, read());
  if (!there && !may_make) return std::string();
  if (!there) {
    PLUMB_TRY(make());
    PLUMB_TRY_ASSIGN(there, read());
  }
  if (!there) return fail(Code::kNotSealed, "the key of this host went away as soon as it was made");
  return opener_->recipient();
}

Result<std::string> HostKey::open(std::string_view sealed) {
  PLUMB_TRY_ASSIGN(const bool there, read());
  Result<std::string> opened = there ? opener_->open(sealed) : fail(Code::kSealingKey, "");
  if (!opened && opened.error().code() == Code::kSealingKey)
    return fail(Code::kSealingKey, "what is secret came sealed to another key than the one that this host has");
  return opened;
}

}  // namespace plumb::exec
