#include "engine/exec/lock.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/json_member.h"
#include "engine/exec/accounts.h"
#include "engine/exec/record.h"
#include "engine/exec/state_folder.h"

namespace plumb::exec {
namespace {

// Where another user than root may write is not known by the path alone.
Error not_ours(Error error, const RootFiles& files) {
  if (::geteuid() == 0) return error;
  if (files.is_image())
    return std::move(error).hint("the image belongs to another user: run plumb as that one, or root");
  return std::move(error).hint(
      "as another user than root plumb keeps what it knows below $XDG_STATE_HOME, or $HOME/.local/state: give a folder "
      "of the user's, or let it become root (`become`)");
}

// Root's lock is gone after a reboot and never lies inside an image. Other users lock among themselves.
Result<UniqueFd> open_lock(const RootFiles& files) {
  if (::geteuid() == 0) {
    const std::string name =
        files.is_image() ? "/image-" + digest(files.root()).substr(kDigestPrefix.size(), 16) : "/lock";
    ::mkdir("/run/plumb", 0700);
    UniqueFd fd(::open(("/run/plumb" + name).c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
    if (fd) return fd;
  }
  const std::string folder = StateFolder::common_path(files);
  if (Result<> made = make_folders(files, folder, 0755); !made) return not_ours(std::move(made.error()), files);
  UniqueFd fd = files.open(folder + "/lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  if (!fd) return not_ours(os_error("open", folder + "/lock"), files);
  return fd;
}

std::string who(const RootFiles& files) {
  if (const char* user = std::getenv("SUDO_USER")) return user;
  Accounts accounts(files, {});
  const auto account = accounts.user(::geteuid());
  return account ? account->name : std::to_string(::geteuid());
}

// The lock of another version may hold anything.
std::string shown(const Json& holder, std::string_view member) {
  return text_of(holder, member, "?");
}

Error locked(int fd) {
  std::string text = "another run works on this host";
  Result<std::string> bytes = read_all(fd, 4096, "the lock");
  Result<Json> holder = bytes ? parse_json(*bytes, Code::kHostLocked) : Result<Json>(Json());
  if (holder && holder->is_object()) {
    text = "run " + shown(*holder, "run") + " of project " + shown(*holder, "project") + " by " +
           shown(*holder, "who") + " works on this host since " + shown(*holder, "since");
  }
  return fail(Code::kHostLocked, text).hint("wait for it to end; the lock of a run that died is released by itself");
}

Result<> obtain(int fd, int how, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (::flock(fd, how | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return os_error("take", "the host lock");
    if (std::chrono::steady_clock::now() >= end) return locked(fd);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return {};
}

}  // namespace

Result<HostLock> HostLock::take(const RootFiles& files, const std::string& project, const std::string& run) {
  // Who looks on is gone sooner.
  constexpr std::chrono::milliseconds kPatience{200};
  HostLock lock;
  PLUMB_TRY_ASSIGN(lock.file_, open_lock(files));
  PLUMB_TRY(obtain(lock.file_.get(), LOCK_EX, kPatience));
  const Json holder = {{"project", project},
                       {"run", run},
                       {"since", now_rfc3339()},
                       {"who", who(files)},
                       {"pid", static_cast<std::int64_t>(::getpid())}};
  const std::string text = canonical(holder);
  if (::ftruncate(lock.file_.get(), 0) != 0 ||
      ::pwrite(lock.file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return os_error("write", "the host lock");
  }
  return lock;
}

Result<HostLock> HostLock::look_on(const RootFiles& files) {
  HostLock lock;
  PLUMB_TRY_ASSIGN(lock.file_, open_lock(files));
  PLUMB_TRY(obtain(lock.file_.get(), LOCK_SH, std::chrono::milliseconds(0)));
  return lock;
}

}  // namespace plumb::exec
