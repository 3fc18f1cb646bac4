#include <algorithm>
#include <climits>
#include <thread>

#include <poll.h>
#include <signal.h>
#include <sys/event.h>
#include <unistd.h>

#include "engine/exec/system/child.h"

namespace plumb::exec {

const char* const kCleanPath =
    "/opt/homebrew/sbin:/opt/homebrew/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// The kernel keeps sixteen groups and asks Open Directory for the others when it needs them.
int take_identity(const Credentials& user) {
  const std::size_t kept = std::min<std::size_t>(user.groups.size(), NGROUPS_MAX);
  const bool taken = ::setgroups(static_cast<int>(kept), user.groups.data()) == 0 && ::setgid(user.gid) == 0 &&
                     ::setuid(user.uid) == 0;
  return taken ? 0 : -1;
}

// No signal comes with a parent's end there, so a thread waits for it.
void end_with(pid_t parent) {
  std::thread([parent] {
    const ProcessHandle handle(parent);
    pollfd ended{handle.fd(), POLLIN, 0};
    while (handle.runs()) ::poll(&ended, 1, 1'000);
    ::_exit(1);
  }).detach();
}

void name_process(const char*) {}

ProcessHandle::ProcessHandle(pid_t pid) : pid_(pid), fd_(::kqueue()) {
  struct kevent end {};
  EV_SET(&end, static_cast<uintptr_t>(pid), EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, nullptr);
  // Of a process that has ended already there is nothing to wait for.
  if (fd_ && ::kevent(fd_.get(), &end, 1, nullptr, 0, nullptr) != 0) fd_.reset();
}

bool ProcessHandle::runs() const {
  if (!fd_) return ::kill(pid_, 0) == 0;
  pollfd ended{fd_.get(), POLLIN, 0};
  return ::poll(&ended, 1, 0) == 0;
}

void ProcessHandle::kill() const {
  if (runs()) ::kill(pid_, SIGKILL);
}

}  // namespace plumb::exec
