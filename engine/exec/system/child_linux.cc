#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/exec/system/child.h"

namespace plumb::exec {

const char* const kCleanPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Plain system calls: the library's own would speak to threads that a child of vfork does not have.
int take_identity(const Credentials& user) {
  const bool taken = ::syscall(SYS_setgroups, user.groups.size(), user.groups.data()) == 0 &&
                     ::syscall(SYS_setresgid, user.gid, user.gid, user.gid) == 0 &&
                     ::syscall(SYS_setresuid, user.uid, user.uid, user.uid) == 0;
  return taken ? 0 : -1;
}

void end_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
}

void name_process(const char* name) {
  ::prctl(PR_SET_NAME, name);
}

ProcessHandle::ProcessHandle(pid_t pid) : pid_(pid), fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

bool ProcessHandle::runs() const {
  if (!fd_) return ::kill(pid_, 0) == 0;
  pollfd ended{fd_.get(), POLLIN, 0};
  return ::poll(&ended, 1, 0) == 0;
}

void ProcessHandle::kill() const {
  if (fd_) {
    ::syscall(SYS_pidfd_send_signal, fd_.get(), SIGKILL, nullptr, 0);
  } else {
    ::kill(pid_, SIGKILL);
  }
}

}  // namespace plumb::exec
